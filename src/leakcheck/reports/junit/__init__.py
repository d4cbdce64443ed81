"""What the JUnit report tells of each test."""
