// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// How a connection is closed.
public enum ClosingManner: Hashable, Sendable {
  /// What waits is sent first. A peer that does not read can hold this up.
  case afterSending
  /// What waits is dropped.
  case now
  /// What waits is dropped, and the peer is told by a reset.
  case reset
}
