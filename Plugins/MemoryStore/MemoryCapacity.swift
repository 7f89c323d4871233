// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The bound of a memory store.
public enum MemoryCapacity: Sendable, Hashable {
  /// At most so many entries.
  case entries(Int)
  /// At most so many bytes, as ``Weigher`` estimates them.
  case bytes(Int)
}
