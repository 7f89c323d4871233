// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Changes that a sink carries out together: all of them or none.
///
/// Each key occurs once, and changes stand in the order in which they were made.
public struct WriteBatch: Sendable {
  /// The changes.
  public var writes: [SourceWrite]
  /// The queue they waited in, by an identity that no other queue ever had; `nil` for a change that
  /// comes straight from its caller.
  public var origin: String?

  /// Creates a batch.
  public init(_ writes: [SourceWrite], origin: String? = nil) {
    self.writes = writes
    self.origin = origin
  }

  /// How far a sink is in the queue once it has carried this out; `nil` without a queue.
  public var position: WritePosition? {
    guard origin != nil, let sequence = writes.map(\.sequence).max(),
      let acceptedAt = writes.map(\.acceptedAt).max()
    else { return nil }
    return WritePosition(sequence: sequence, acceptedAt: acceptedAt)
  }

  /// The changes that a sink which is at `position` in this queue has not carried out yet.
  ///
  /// After a crash a queue hands out again what it handed out last. A sink that keeps its position
  /// in the transaction of its changes, and asks this, carries out each exactly once, and never
  /// shows an older value after a newer one. A change counts as known only where both its number
  /// and its time are: a queue that was put back from a copy numbers anew, and nothing is lost.
  public func writes(after position: WritePosition?) -> [SourceWrite] {
    writes.filter { isNew($0, after: position) }
  }

  /// Whether a sink that is at `position` in this queue has not carried out `write` yet.
  public func isNew(_ write: SourceWrite, after position: WritePosition?) -> Bool {
    guard let position, origin != nil else { return true }
    return write.sequence > position.sequence || write.acceptedAt > position.acceptedAt
  }
}

/// How far a sink has come in a queue.
public struct WritePosition: Sendable, Hashable {
  /// The highest number it has carried out.
  public var sequence: UInt64
  /// The latest time of what it has carried out.
  public var acceptedAt: Timestamp

  /// Creates a position.
  public init(sequence: UInt64, acceptedAt: Timestamp) {
    self.sequence = sequence
    self.acceptedAt = acceptedAt
  }

  /// The position that covers this and `other`.
  public func joined(with other: WritePosition) -> WritePosition {
    WritePosition(
      sequence: max(sequence, other.sequence), acceptedAt: max(acceptedAt, other.acceptedAt))
  }
}
