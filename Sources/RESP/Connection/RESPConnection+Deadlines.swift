// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension RESPConnection {
  /// When `expire` has something to do next, in nanoseconds; nil when nothing is due ever.
  ///
  /// It may be early, because replies that have come in the meantime take their deadlines with
  /// them.
  public var nextDeadline: UInt64? {
    if isClosed { return nil }
    if phase == .handshaking { return handshakeDeadline }
    if expiryPosition != nil { return 0 }
    let moment = min(earliestDeadline, endOfGrace ?? .max)
    return moment == .max ? nil : moment
  }

  /// What the clock calls for at `now`; call it again until it says `wait`.
  ///
  /// A caller whose deadline has passed is told so and its slot stays behind. When the oldest slot
  /// is one of those and remains the oldest for the whole grace, the connection closes. A search
  /// looks at every slot once, and only when a deadline may have passed: at most 2^20, usually a
  /// few.
  public mutating func expire(now: UInt64) -> RESPAction {
    if phase == .handshaking, now >= handshakeDeadline { end(.handshakeTimedOut) }
    guard !isClosed else { return next() }
    if let ticket = nextExpired(now) { return .timedOut(ticket) }
    if isStalled(now) {
      end(.stalled)
      return next()
    }
    return .wait
  }

  private mutating func nextExpired(_ now: UInt64) -> RESPTicket? {
    guard expiryPosition != nil || now >= earliestDeadline else { return nil }
    if expiryPosition == nil { earliestDeadline = .max }
    var sequence = max(expiryPosition ?? 0, slots.first)
    while sequence < slots.end {
      let slot = slots[sequence]
      defer { sequence += 1 }
      guard !slot.isAbandoned else { continue }
      guard slot.deadline > now || slot.deadline == .max else {
        slots[sequence].isAbandoned = true
        expiryPosition = sequence + 1
        noteLate(sequence, now)
        return RESPTicket(sequence: sequence, tag: slot.tag)
      }
      earliestDeadline = min(earliestDeadline, slot.deadline)
    }
    expiryPosition = nil
    return nil
  }

  /// Commands that are sent and time out for a whole grace without one reply in time: the server
  /// is hopelessly behind, or the count of replies is off and each goes to the caller before.
  private mutating func noteLate(_ sequence: UInt64, _ now: UInt64) {
    guard let late else { return self.late = (now, slots.end) }
    if sequence >= late.next, now >= late.since.later(by: grace) { isHopeless = true }
  }

  /// Counts the grace from when the oldest slot was first seen to be overdue as the oldest, so that
  /// a server that works through what piled up is not taken for one that hangs.
  private mutating func isStalled(_ now: UInt64) -> Bool {
    if isHopeless { return true }
    guard let slot = slots.oldest, slot.isAbandoned else { return false }
    guard let overdue, overdue.sequence == slots.first else {
      overdue = (slots.first, now)
      return grace == 0
    }
    return now >= overdue.since.later(by: grace)
  }

  private var endOfGrace: UInt64? {
    guard let slot = slots.oldest, slot.isAbandoned else { return nil }
    guard let overdue, overdue.sequence == slots.first else { return slot.deadline }
    return overdue.since.later(by: grace)
  }
}
