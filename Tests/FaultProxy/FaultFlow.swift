// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import StrataNetwork

/// One direction through the proxy: takes what one side sends and gives it to the other, as its
/// script has it. On the loop that both sides share.
final class FaultFlow: @unchecked Sendable {
  // Sendable: touched on the loop only.
  private static let mostQueued = 1 << 20

  private let loop: any NetworkLoop
  private let cut: (ClosingManner) -> Void
  private var script: FaultScript
  private var queue: [(due: Timestamp, gap: Duration, step: FaultScript.Step)] = []
  private var queuedBytes = 0
  private var lastDue = Timestamp.distantPast
  private var lastSent = Timestamp.distantPast
  private var isScheduled = false
  private var hasEnded = false
  private var isPaused = false
  private(set) var passedBytes = 0

  /// Who sends; set once connected.
  var source: (any Connection)? { didSet { balance() } }
  /// Who receives; set once connected.
  var target: (any Connection)? { didSet { proceed() } }

  init(loop: any NetworkLoop, seed: UInt64, cut: @escaping (ClosingManner) -> Void) {
    self.loop = loop
    self.cut = cut
    script = FaultScript(seed: seed)
  }

  func setRules(_ rules: [FaultRule]) {
    script.setRules(rules)
    balance()
    proceed()
  }

  func take(_ bytes: UnsafeRawBufferPointer) {
    for step in script.pass(Array(bytes)) { enqueue(step) }
    balance()
    proceed()
  }

  /// The source has finished: so does the target, once everything queued has left.
  func end() {
    hasEnded = true
    proceed()
  }

  /// The target can take more.
  func drained() { balance() }

  private func enqueue(_ step: FaultScript.Step) {
    let (delay, gap) =
      switch step {
      case .send(_, let delay, let gap): (delay, gap)
      case .cut(_, let delay): (delay, Duration.zero)
      }
    if case .send(let bytes, _, _) = step { queuedBytes += bytes.count }
    lastDue = max(lastDue, loop.now + delay)
    queue.append((lastDue, gap, step))
  }

  /// Sends what is due: one step per turn of the loop, so that each leaves in its own write.
  private func proceed() {
    guard !isScheduled, target != nil, !script.isHolding else { return }
    guard let first = queue.first else {
      if hasEnded { target?.finishWriting() }
      return
    }
    isScheduled = true
    let due = max(first.due, lastSent + first.gap)
    _ = loop.schedule(at: due) {
      self.isScheduled = false
      self.sendFirst()
    }
  }

  private func sendFirst() {
    guard !queue.isEmpty, !script.isHolding, let target else { return }
    lastSent = loop.now
    switch queue.removeFirst().step {
    case .cut(let manner, _): return cut(manner)
    case .send(let bytes, _, _):
      queuedBytes -= bytes.count
      passedBytes += bytes.count
      target.write(bytes)
    }
    balance()
    proceed()
  }

  private func balance() {
    let isFull = queuedBytes + (target?.unsentCount ?? 0) > Self.mostQueued
    let pauses = isFull || script.isHolding
    guard pauses != isPaused, let source else { return }
    isPaused = pauses
    if pauses { source.pauseReading() } else { source.resumeReading() }
  }
}
