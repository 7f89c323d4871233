// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import SegmentedLog
internal import StrataCore
internal import Synchronization
internal import TraceFormat

/// One recording: what was read gathers here, and is written behind the readers' backs.
///
/// Shared by the stages of one cache that follow each other by reloads: the last to leave closes
/// the file. A disk that is slower than the reads loses some of them, one that fails ends the
/// recording; both are reported, and neither is felt by a reader.
final class RecordingTape: Sendable {
  struct Plan: Hashable, Sendable {
    var path: String
    var keysPerMillion: UInt32
    var largest: Int
  }

  private struct State: Sendable {
    var gathered: [UInt64] = []
    var waiting: [[UInt64]] = []
    var file: (any DiskFile)?
    var size: Int64 = 0
    var recorded = 0
    var lost = 0
    var users = 1
    var isWriting = false
  }

  private static let blockLength = 512
  /// Half a megabyte waits at most.
  private static let mostWaiting = 128

  let plan: Plan
  private let disk: any Disk
  private let context: CacheContext
  private let salt: UInt64
  private let highestPrint: UInt64
  private let state = Lock(State())
  private let running = Atomic<Bool>(true)

  init(_ plan: Plan, disk: any Disk, context: CacheContext) {
    self.plan = plan
    self.disk = disk
    self.context = context
    salt = context.runtime.random.next()
    let all = TraceRecording.allKeys
    highestPrint =
      plan.keysPerMillion >= all
      ? .max : UInt64.max / UInt64(all) * UInt64(plan.keysPerMillion)
  }

  var isRunning: Bool { running.load(ordering: .relaxed) }
  var recorded: Int { state.withLock { $0.recorded } }

  // MARK: Readers

  /// Records a read of the key with this hash, if the key is one of the sample.
  @inline(__always)
  func note(_ hash: UInt64) {
    let print = Self.scrambled(hash ^ salt)
    if print <= highestPrint, running.load(ordering: .relaxed) { keep(print) }
  }

  /// Spreads the bits, so that neither the sample nor the recording tells the hash.
  private static func scrambled(_ value: UInt64) -> UInt64 {
    var bits = value &* 0x9FB2_1C65_1E98_DF25
    bits = (bits ^ (bits >> 29)) &* 0xE703_7ED1_A0B4_28DB
    return bits ^ (bits >> 32)
  }

  private func keep(_ print: UInt64) {
    let mustWrite = state.withLock { state in
      state.gathered.append(print)
      guard state.gathered.count >= Self.blockLength else { return false }
      return Self.enqueue(&state)
    }
    if mustWrite, !context.background.start("recording", { self.write() }) {
      state.withLock { $0.isWriting = false }
    }
  }

  /// Moves what has gathered to what waits; says whether a writer must be started.
  private static func enqueue(_ state: inout State) -> Bool {
    defer { state.gathered.removeAll(keepingCapacity: true) }
    guard state.waiting.count < mostWaiting else {
      state.lost += state.gathered.count
      return false
    }
    if !state.gathered.isEmpty { state.waiting.append(state.gathered) }
    defer { state.isWriting = true }
    return !state.isWriting
  }

  // MARK: Life

  /// Joins another stage to this tape; false when it has ended.
  func retain() -> Bool {
    state.withLock { state in
      guard state.users > 0 else { return false }
      state.users += 1
      return true
    }
  }

  /// Opens the file, so that what is wrong with it is said at once.
  func begin() {
    let mustWrite = state.withLock { state in
      defer { state.isWriting = true }
      return !state.isWriting
    }
    if mustWrite { write() }
  }

  /// Writes out what has gathered; after the last stage's call the file is closed.
  func release() {
    let mustWrite = state.withLock { state in
      state.users -= 1
      return Self.enqueue(&state)
    }
    if mustWrite { write() }
  }

  // MARK: The writer, one at a time

  private func write() {
    while let block = nextBlock() {
      do throws(DiskError) {
        try append(block)
      } catch {
        let message = error.code == .exists ? "file exists, nothing is recorded" : "disk failed"
        end(.warning, message, details: [("error", "\(error)")])
      }
    }
  }

  /// What to write next, an empty block to open the file; `nil` when the writer's work is done.
  private func nextBlock() -> [UInt64]? {
    state.withLock { state in
      let isOver = !running.load(ordering: .relaxed)
      if isOver { state.waiting = [] }
      if !isOver, state.file == nil { return [] }
      if !state.waiting.isEmpty { return state.waiting.removeFirst() }
      state.isWriting = false
      if state.users == 0 || isOver {
        running.store(false, ordering: .relaxed)
        state.file?.close()
        state.file = nil
      }
      return nil
    }
  }

  private func append(_ block: [UInt64]) throws(DiskError) {
    guard let file = state.withLock({ $0.file }) else { return try open() }
    let bytes = TraceRecording.block(block)
    let offset = state.withLock { $0.size }
    guard Int(offset) + bytes.count <= plan.largest else {
      return end(.info, "recording is full", details: [("path", plan.path)])
    }
    try file.writeAll(bytes, at: offset)
    state.withLock { state in
      state.size += Int64(bytes.count)
      state.recorded += block.count
    }
  }

  private func open() throws(DiskError) {
    if let slash = plan.path.lastIndex(of: "/"), slash > plan.path.startIndex {
      try disk.createDirectory(String(plan.path[..<slash]))
    }
    let file = try disk.open(plan.path, .create)
    let head = TraceRecording.head(keysPerMillion: plan.keysPerMillion)
    state.withLock { state in
      state.file = file
      state.size = Int64(head.count)
    }
    try file.writeAll(head, at: 0)
  }

  private func end(
    _ level: CacheReport.Level, _ message: String, details: [(name: String, value: String)]
  ) {
    running.store(false, ordering: .relaxed)
    let lost = state.withLock { $0.lost }
    let loss = lost > 0 ? [("lost", "\(lost)")] : []
    context.report(level, message, source: Recorder.id.name, details: details + loss)
  }
}

/// Where the recording of one cache lies between two plans.
final class RecordingShelf: Sendable {
  private let current = Lock<RecordingTape?>(nil)

  /// The tape that is being recorded if it is the one of this plan, else a new one.
  func tape(_ plan: RecordingTape.Plan, _ make: () -> RecordingTape) -> RecordingTape {
    current.withLock { current in
      if let tape = current, tape.plan == plan, tape.retain() { return tape }
      let tape = make()
      current = tape
      return tape
    }
  }
}
