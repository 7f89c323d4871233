// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The receipt for a command: says whose reply a reply is.
public struct RESPTicket: Sendable, Hashable {
  /// The number of the command's slot; slots of a connection are numbered from 0 and never reused.
  public let sequence: UInt64
  /// What the sender gave with the command to find the caller again: an index, a pointer's bits.
  public let tag: UInt
}
