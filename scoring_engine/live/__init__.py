"""The live room: a running competition on a ledger, and the pages through which people take part in it.

    roles      who may do what: one table
    access     links with PINs, sessions, and what keeps strangers out
    intake     whether an event would be admitted, by the code of the replay
    contest    the running competition: ledger, log, the latest result
    stage      what the operator shows: who is on, what is revealed, what is frozen
    views      what each role sees of a result
    panel, blockers, preview, drawing, roster   what the head judge and the organizer ask for
    hub        the newest frame for everybody who watches
    guard      what every request must pass: host, origin, size
    app        the paths
"""
