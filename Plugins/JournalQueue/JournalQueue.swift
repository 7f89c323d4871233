// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import SegmentedLog
public import StrataCore

/// A queue of writes on the local disk, for `write-behind`: needs no server and loses nothing.
///
/// A write is acknowledged when a sync has covered it; writes that come together share one. Dead
/// letters lie in a second journal beside it. One process has the directory at a time.
public final class JournalQueue: QueueStore {
  /// `journal` in YAML.
  public static let kind: PluginID = "journal"

  enum Option {
    static let path = PluginOption(
      "path", .text, "The directory, which the journal has to itself.")
    static let capacity = PluginOption(
      "capacity", .size, default: 1 << 30, "The bytes of undelivered writes that it takes.")
    static let segmentSize = PluginOption(
      "segment-size", .size, default: 16 << 20,
      "The bytes of one segment: the unit in which space comes back.")
    static let syncs = PluginOption(
      "sync", .boolean, default: true,
      "Whether a write is acknowledged only when it is safe from a loss of power.")
  }

  /// Where it lies, how large it gets, and what an acknowledgement means.
  public static let options: [any OptionDeclaration] = [
    Option.path, Option.capacity, Option.segmentSize, Option.syncs,
  ]

  private enum State: Sendable {
    case new
    case open(OpenJournal)
    case closed
  }

  private let directory: String
  private let shape: JournalOptions
  private let runtime: CacheRuntime
  private let disk: any Disk
  private let state = Lock(State.new)

  /// Creates the queue; ``open()`` opens the directory.
  public init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError) {
    guard let disk = runtime.disk else {
      throw options.error(about: Option.path, "this process has no disk")
    }
    self.disk = disk
    self.runtime = runtime
    directory = try options(Option.path)
    var shape = JournalOptions(directory: directory)
    shape.capacity = try options(Option.capacity)
    shape.segmentSize = try options(Option.segmentSize)
    shape.syncs = try options(Option.syncs)
    guard shape.segmentSize >= 4 << 10, shape.segmentSize <= shape.capacity else {
      throw options.error(
        about: Option.segmentSize, "does not fit; write 4KiB or more, and at most the capacity")
    }
    self.shape = shape
  }

  /// Opens the directory and finds what waits. Throws where another process has it.
  public func open() async throws {
    let opened = try OpenJournal.open(shape, disk: disk, runtime: runtime)
    state.withLock { $0 = .open(opened) }
  }

  /// Lets the directory go. What waits is delivered by the next process.
  public func close() async {
    let opened = state.withLock { state -> OpenJournal? in
      defer { state = .closed }
      if case .open(let opened) = state { return opened }
      return nil
    }
    opened?.close()
  }

  private func opened() throws -> OpenJournal {
    guard case .open(let opened) = state.withLock({ $0 }) else {
      throw CacheError(.closed, "The journal in '\(directory)' is not open.")
    }
    return opened
  }

  // MARK: Writes

  /// The identity that the directory got when it was made; empty before it is open.
  public var origin: String { (try? opened().origin) ?? "" }

  /// Appends writes and waits until a sync has covered them.
  public func append(_ writes: [SourceWrite]) async throws -> [UInt64] {
    let journal = try opened().writes
    do throws(JournalError) {
      return try await journal.append(writes.map(\.encoded))
    } catch {
      switch error {
      case .full: throw WriteQueueFull()
      default: throw CacheError(.storeFailed, "The journal took nothing.", underlying: error)
      }
    }
  }

  /// The writes that wait, oldest first, at most 16 MiB of them at a time.
  public func read(after sequence: UInt64, limit: Int) async throws -> [SourceWrite] {
    let entries = try opened().writes.read(after: sequence, limit: limit, bytes: 16 << 20)
    return entries.compactMap { SourceWrite(encoded: $0.body, sequence: $0.sequence) }
  }

  /// Forgets the writes up to `sequence`, and deletes the segments that hold nothing else.
  public func finish(through sequence: UInt64) async throws {
    try opened().writes.finish(through: sequence)
  }

  // MARK: Letters

  /// Keeps a write that could not be delivered.
  public func bury(_ letter: DeadLetter) async throws { try await opened().letters.bury(letter) }

  /// The dead letters, oldest first.
  public func deadLetters() async throws -> [DeadLetter] { try opened().letters.all() }

  /// Forgets letters that something newer has taken the place of.
  public func settle(_ letters: [(key: [UInt8], through: UInt64)]) async throws {
    try await opened().letters.settle(letters)
  }

  /// What the journal holds.
  public var status: WriteQueueStatus {
    guard let opened = try? opened() else { return WriteQueueStatus() }
    return WriteQueueStatus(opened.writes.status, letters: opened.letters.count)
  }
}

extension WriteQueueStatus {
  init(_ journal: JournalStatus, letters: Int) {
    self.init()
    waiting = journal.waiting
    waitingBytes = journal.waitingBytes
    deadLetters = letters
    lastSequence = journal.lastSequence
    finishedSequence = journal.finishedSequence
    damaged = journal.damaged
  }
}
