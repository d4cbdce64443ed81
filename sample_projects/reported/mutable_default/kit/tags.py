def add(tag, to=[]):
    to.append(tag)
    return to
