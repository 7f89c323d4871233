// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Which of cache and source a write reaches first.
public enum WriteOrder: String, Sendable, CaseIterable {
  /// The source: nobody ever reads what it has not.
  case sourceFirst = "source-first"
  /// The cache: readers see the value while the source is still being written.
  case cacheFirst = "cache-first"
}

/// What becomes of the cached copy of what was written.
public enum WrittenCopy: String, Sendable, CaseIterable {
  /// It is what was written.
  case update
  /// It is removed, and the next read loads it: write-around.
  case invalidate
}
