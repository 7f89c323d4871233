// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A queue of writes that is obviously right and nothing else: arrays behind one lock.
///
/// It keeps nothing when the process ends. What survives a crash is shown with the queue `journal`
/// over a ``SimulatedDisk``.
public final class ReferenceQueue: QueueStore {
  /// `reference-queue` in YAML.
  public static let kind: PluginID = "reference-queue"

  private struct State {
    var waiting: [SourceWrite] = []
    var letters: [DeadLetter] = []
    var last: UInt64 = 0
    var finished: UInt64 = 0
    var capacity = Int.max
  }

  private let state = Lock(State())

  /// Creates a queue from a plan.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {}

  /// Creates a queue that takes at most `capacity` writes.
  public init(capacity: Int = .max) { state.withLock { $0.capacity = capacity } }

  /// The same for every such queue: they end with the process.
  public var origin: String { "reference" }

  /// Appends writes.
  public func append(_ writes: [SourceWrite]) async throws -> [UInt64] {
    try state.withLock { state in
      if state.waiting.count + writes.count > state.capacity { throw WriteQueueFull() }
      return writes.map { write in
        state.last += 1
        var write = write
        write.sequence = state.last
        state.waiting.append(write)
        return state.last
      }
    }
  }

  /// The writes after `sequence`.
  public func read(after sequence: UInt64, limit: Int) async throws -> [SourceWrite] {
    state.withLock { Array($0.waiting.lazy.filter { $0.sequence > sequence }.prefix(limit)) }
  }

  /// Forgets the writes up to `sequence`.
  public func finish(through sequence: UInt64) async throws {
    state.withLock { state in
      state.finished = max(state.finished, sequence)
      state.waiting.removeAll { $0.sequence <= sequence }
    }
  }

  /// Keeps a letter.
  public func bury(_ letter: DeadLetter) async throws {
    state.withLock { $0.letters.append(letter) }
  }

  /// The letters.
  public func deadLetters() async throws -> [DeadLetter] { state.withLock { $0.letters } }

  /// Forgets letters.
  public func settle(_ letters: [(key: [UInt8], through: UInt64)]) async throws {
    state.withLock { state in
      for settled in letters {
        state.letters.removeAll {
          $0.write.key == settled.key && $0.write.sequence <= settled.through
        }
      }
    }
  }

  /// What it holds.
  public var status: WriteQueueStatus {
    state.withLock { state in
      var status = WriteQueueStatus()
      status.waiting = state.waiting.count
      status.waitingBytes = state.waiting.reduce(0) { $0 + $1.encoded.count }
      status.deadLetters = state.letters.count
      status.lastSequence = state.last
      status.finishedSequence = state.finished
      return status
    }
  }
}
