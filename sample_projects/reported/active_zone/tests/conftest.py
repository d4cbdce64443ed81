from django.conf import settings

settings.configure(USE_TZ=True, TIME_ZONE="UTC")
