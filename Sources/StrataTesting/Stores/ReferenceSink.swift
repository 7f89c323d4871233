// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// A sink in memory that remembers everything it did, and fails when and how a test wants it to.
///
/// Like a database it carries out a batch as a whole, and keeps how far it has come in each queue
/// together with the values.
public final class ReferenceSink: WriteSink {
  /// What goes wrong with a batch.
  public enum Fault: Sendable {
    /// It is not carried out.
    case fails(any Error & Sendable)
    /// It is carried out, and the answer gets lost.
    case losesAnswer(any Error & Sendable)
    /// It takes this long.
    case slow(Duration)
  }

  /// What a sink holds: a test takes it at one moment and goes on from there.
  public struct Contents: Sendable {
    /// The values by key.
    public var values: [String: [UInt8]] = [:]
    /// How far it has come in each queue.
    public var positions: [String: WritePosition] = [:]
    /// Every change that was carried out, oldest first.
    public var history: [SourceWrite] = []

    /// Creates empty contents.
    public init() {}
  }

  private struct State {
    var contents: Contents
    var batches: [WriteBatch] = []
    var plan: (@Sendable (Int, WriteBatch) -> Fault?)?
  }

  private let state: Lock<State>
  private let clock: (any CacheClock)?
  private let keepsPosition: Bool

  /// Creates a sink that holds `contents`. With a clock it can be slow; without `keepsPosition` it
  /// carries out everything that comes, as often as it comes.
  public init(
    _ contents: Contents = Contents(), clock: (any CacheClock)? = nil, keepsPosition: Bool = true
  ) {
    state = Lock(State(contents: contents))
    self.clock = clock
    self.keepsPosition = keepsPosition
  }

  /// What it holds.
  public var contents: Contents { state.withLock { $0.contents } }
  /// The batches that came, those that failed included.
  public var batches: [WriteBatch] { state.withLock { $0.batches } }
  /// The value of a key, as text.
  public func text(_ key: String) -> String? {
    contents.values[key].map { String(decoding: $0, as: UTF8.self) }
  }

  /// Lets `plan` say what goes wrong with the batch of that number, counted from 0; `nil` ends all
  /// faults.
  public func setFaults(_ plan: (@Sendable (Int, WriteBatch) -> Fault?)?) {
    state.withLock { $0.plan = plan }
  }

  /// Carries out a batch, or fails.
  public func apply(_ batch: WriteBatch) async throws {
    let fault = state.withLock { state in
      state.batches.append(batch)
      return state.plan?(state.batches.count - 1, batch)
    }
    switch fault {
    case nil: carryOut(batch)
    case .fails(let error): throw error
    case .losesAnswer(let error):
      carryOut(batch)
      throw error
    case .slow(let duration):
      try await clock?.sleep(for: duration)
      carryOut(batch)
    }
  }

  private func carryOut(_ batch: WriteBatch) {
    state.withLock { state in
      let known = batch.origin.flatMap { state.contents.positions[$0] }
      for write in keepsPosition ? batch.writes(after: known) : batch.writes {
        state.contents.values[write.keyText] = write.value
        state.contents.history.append(write)
      }
      if let origin = batch.origin, let position = batch.position {
        state.contents.positions[origin] = known.map(position.joined) ?? position
      }
    }
  }
}
