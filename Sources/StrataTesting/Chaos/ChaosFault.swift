// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A way in which an operation on a store can go wrong.
public enum ChaosFault: Sendable, Hashable, CustomStringConvertible {
  /// It is carried out after this long, unless it is cancelled before.
  case slow(Duration)
  /// It is carried out after this long, whether or not anybody still waits.
  case stall(Duration)
  /// It throws and is not carried out.
  case fail
  /// It is carried out and throws all the same: the reply was lost.
  case loseReply
  /// It throws at once, and is carried out this long after: nobody knows.
  case late(Duration)
  /// It is carried out, and once more this long after.
  case again(after: Duration)
  /// It never answers, until it is cancelled, and is not carried out.
  case hang

  /// The fault as one word with its time.
  public var description: String {
    switch self {
    case .slow(let time): "slow \(time)"
    case .stall(let time): "stall \(time)"
    case .fail: "fail"
    case .loseReply: "lose-reply"
    case .late(let time): "late \(time)"
    case .again(let time): "again after \(time)"
    case .hang: "hang"
    }
  }
}

/// An operation of a store, as chaos tells them apart.
public enum StoreOperation: String, Sendable, Hashable, CaseIterable {
  /// Finding.
  case get
  /// Storing.
  case set
  /// Removing keys.
  case remove
  /// Removing a namespace.
  case clear
  /// Opening.
  case open
  /// Issuing versions.
  case issue
  /// Taking, prolonging and giving back locks.
  case lock
  /// Listing keys.
  case scan
  /// Making and reading marks.
  case mark
}

/// What a ``ChaosStore`` throws where its plan says so.
public struct ChaosFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The operation that failed.
  public let operation: StoreOperation
  /// How many of its kind there had been, this one included.
  public let number: Int
  /// What was done to it.
  public let fault: ChaosFault

  /// The failure on one line.
  public var description: String { "\(operation.rawValue) \(number): \(fault)" }
}
