// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The configuration that `strata init` writes.
enum StarterFile {
  static let text = """
    # The cache policy of this service. Check it: strata check FILE. See it: strata explain FILE.
    version: 1

    # Where entries are kept.
    stores:
      memory:
        kind: memory
        capacity: 64MiB          # bounded by bytes; or by number: entries: 10000

    # What is cached, and how.
    caches:
      users:
        key: "user:{id}"         # one placeholder for each argument of the wrapped function
        ttl: 10m                 # how long a value is fresh
        max-stale: 1h            # how long after that it may stand in when the source fails
        pipeline:                # first is outermost
          - local: { store: memory }     # answers from this process
          - stampede-guard               # one load per key, however many callers miss it

    """
}
