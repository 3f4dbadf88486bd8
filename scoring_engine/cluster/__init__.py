"""Replaying logs of any size: cut into parts of whole competitions, each part computed by the same kernel, put together at the end.

`bulk.run` is the whole of it. Parts are made by `planning` (or by `buckets`, where the events of a competition do not stand
together), computed by `work`, on this machine by `local` and on a cluster by `on_dask`, and put together by `finishing`. What a part
cannot know by itself is settled for all: ids that parts share (`conflicts`), the sample of `--shadow` (`sample`), where `--until` ends.
"""
