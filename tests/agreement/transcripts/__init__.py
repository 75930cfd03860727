"""What real servers did in some calls, kept so that the stand-ins can be held to it without a server.

`model` says what is kept, `sets` which calls, `record` is the command that lets real servers play them:

    make transcripts TARGET=asterisk
    make transcripts TARGET=freeswitch
"""
