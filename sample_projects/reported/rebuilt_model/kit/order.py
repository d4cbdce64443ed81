from pydantic import BaseModel

class Order(BaseModel):
    currency: str = "EUR"
