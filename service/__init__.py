"""The web service: a thin layer over the same path that `voc analyze` and `voc classify` take.

    request -> middleware -> route -> batcher -> voc.pipeline.classify          (now)
                                   -> upload, durable workflow -> voc.pipeline  (batches, streams)

`service.app.create_app` builds it, `service.main.run` serves it, `service.settings` says what can be set.
"""
