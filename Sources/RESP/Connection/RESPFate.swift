// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What may have become of a command whose reply will never come.
public enum RESPFate: Sendable, Hashable {
  /// Its last byte never left, so the server cannot have run it: it is safe to send it elsewhere.
  case unsent
  /// It may have run or not; only a command that may run twice may be sent again.
  case unknown
}
