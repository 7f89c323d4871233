// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What becomes of a write for which there is no room.
public enum FullQueue: String, Sendable, CaseIterable {
  /// It waits until there is, or until its caller gives up.
  case wait
  /// It is refused at once.
  case refuse
}
