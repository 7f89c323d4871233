// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Keeps writes until they are delivered: what was appended is there after a crash.
///
/// `write-behind` acknowledges a write when ``append(_:)`` has returned. The queue `journal` keeps
/// it on the local disk; one that keeps it elsewhere conforms to ``QueueStore``.
///
/// What a queue is held to:
/// - Numbers only grow, also across restarts; gaps are legal.
/// - What ``append(_:)`` returned for is read, in order of the numbers, until ``finish(through:)``,
///   also after a crash. What it threw for may be.
/// - After a crash the last finished writes may be read again.
/// - A letter is there until it is settled, also after a crash.
public protocol WriteQueue: AnyObject, Sendable {
  /// An identity that no other queue ever had, which this one keeps; known once it is open.
  var origin: String { get }

  /// Appends writes in order and returns their numbers once all are durable. Throws
  /// ``WriteQueueFull`` where there is no room.
  func append(_ writes: [SourceWrite]) async throws -> [UInt64]

  /// The writes after `sequence` that are not finished, oldest first, at most `limit`.
  func read(after sequence: UInt64, limit: Int) async throws -> [SourceWrite]

  /// Forgets the writes up to `sequence`. Need not be durable at once.
  func finish(through sequence: UInt64) async throws

  /// Keeps a write that could not be delivered; durable when it returns.
  func bury(_ letter: DeadLetter) async throws

  /// The dead letters, oldest first.
  func deadLetters() async throws -> [DeadLetter]

  /// Forgets the dead letters for each key up to that number: something newer was delivered, or
  /// they wait again. Durable when it returns.
  func settle(_ letters: [(key: [UInt8], through: UInt64)]) async throws

  /// What the queue holds.
  var status: WriteQueueStatus { get }
}

/// A queue that is declared among the stores of a plan and keeps no entries.
public protocol QueueStore: EntrylessStore, WriteQueue {}

extension QueueStore {
  /// Keeps writes, and nothing else.
  public static var capabilities: StoreCapabilities { [.queue, .persistence] }
}

/// What a queue holds.
public struct WriteQueueStatus: Sendable, Hashable {
  /// Writes that wait to be delivered.
  public var waiting = 0
  /// The bytes that they take.
  public var waitingBytes = 0
  /// Writes that could not be delivered.
  public var deadLetters = 0
  /// The number of the last write appended.
  public var lastSequence: UInt64 = 0
  /// Up to which number writes are finished.
  public var finishedSequence: UInt64 = 0
  /// Records that decayed on disk and are lost.
  public var damaged = 0

  /// Creates the status of an empty queue.
  public init() {}
}

/// A queue has no room; nothing was appended.
public struct WriteQueueFull: Error, Sendable, Hashable {
  /// Creates the error.
  public init() {}
}
