from fastapi import FastAPI

app = FastAPI()

@app.get("/{path:path}")
def anything(path: str):
    return path
