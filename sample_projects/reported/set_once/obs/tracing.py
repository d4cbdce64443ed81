from opentelemetry import trace

class Provider(trace.TracerProvider):
    def __init__(self, name):
        self.name = name

    def get_tracer(self, *args, **kwargs):
        return trace.NoOpTracer()

def setup(name):
    trace.set_tracer_provider(Provider(name))
    return trace.get_tracer_provider()
