// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// When what was stored is safe from a loss of power.
public enum FileDurability: String, Sendable, CaseIterable {
  /// Whenever the operating system gets to it. A killed process loses what was gathered since the
  /// last flush.
  case none
  /// After every interval, all at once.
  case interval
  /// Before the write is answered. Writers that come together share one sync.
  case always
}
