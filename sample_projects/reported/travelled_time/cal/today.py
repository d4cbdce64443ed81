from datetime import date

def year():
    return date.today().year
