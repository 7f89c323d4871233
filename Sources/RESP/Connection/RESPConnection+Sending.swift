// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension RESPConnection {
  /// Admits one command, written by `body`, and gives it the next slot.
  ///
  /// The command is among the unsent bytes when this returns; commands of one turn of an event loop
  /// leave together.
  ///
  /// - Parameters:
  ///   - tag: what comes back with the reply's ticket, so that the caller is found without a
  ///     search.
  ///   - deadline: when the caller stops waiting, in nanoseconds.
  ///   - body: writes exactly one command.
  public mutating func send(
    tag: UInt = 0, deadline: UInt64 = .max, _ body: (inout RESPWriter) -> Void
  ) -> RESPAdmission {
    guard phase == .ready else { return .refused(phase == .handshaking ? .notReady : .closed) }
    guard vacancies > 0 else {
      owesVacancy = true
      return .refused(.full)
    }
    let before = writer.count
    writer.begin()
    body(&writer)
    guard writer.commands == 1, writer.isComplete else { return takeBack(before, .malformed) }
    let rule = writer.withUnsafeBytes { RESPCommandRule(.init(rebasing: $0[before...])) }
    if let refusal = refusal(of: rule) { return takeBack(before, refusal) }
    return .sent(admit(rule, tag: tag, deadline: deadline))
  }

  /// Calls `body` with the bytes that wait to be sent; tell `didSend` how many of them the
  /// transport took.
  public func withUnsentBytes<R, E: Error>(
    _ body: (UnsafeRawBufferPointer) throws(E) -> R
  ) throws(E) -> R {
    try writer.withUnsafeBytes(body)
  }

  /// The number of bytes that wait to be sent.
  public var unsentBytes: Int { writer.count }

  /// Takes note that the transport took the first `count` unsent bytes.
  ///
  /// Say so before handing over what was received afterwards: a reply to a command that has not
  /// been sent is not taken for one.
  public mutating func didSend(_ count: Int) {
    let taken = min(max(count, 0), writer.count)
    sentBytes += UInt64(taken)
    writer.buffer.consume(taken)
  }

  /// Stops waiting for the reply to a command, which keeps its slot; its late reply will be
  /// discarded.
  ///
  /// The command may still be sent and take effect. If the server does not answer it within the
  /// grace from `now`, once it is its turn, the connection closes.
  ///
  /// - Returns: whether the caller was still waiting; if so, no action will name the ticket again.
  @discardableResult
  public mutating func cancel(_ ticket: RESPTicket, now: UInt64) -> Bool {
    guard slots.contains(ticket.sequence), !slots[ticket.sequence].isAbandoned else { return false }
    slots[ticket.sequence].isAbandoned = true
    slots[ticket.sequence].deadline = min(slots[ticket.sequence].deadline, now)
    return true
  }

  /// Admits nothing more, and closes when every reply owed has come.
  public mutating func finish() {
    switch phase {
    case .ready: phase = .draining
    case .handshaking: end(.finished)
    default: break
    }
  }

  /// Ends the connection because a reply was none that its command can have: from then on no reply
  /// can be trusted to be whose it seems.
  public mutating func distrust() {
    end(.unexpectedFrame(code: nil))
  }

  private func refusal(of rule: RESPCommandRule) -> RESPRefusal? {
    if rule == .unsupported { return .unsupported }
    if version == .resp2, rule == .oneReply, openSubscriptions > 0 || isSubscribed {
      return .subscribed
    }
    return nil
  }

  private mutating func takeBack(_ count: Int, _ refusal: RESPRefusal) -> RESPAdmission {
    writer.buffer.truncate(to: count)
    writer.begin()
    return .refused(refusal)
  }

  private mutating func admit(
    _ rule: RESPCommandRule, tag: UInt, deadline: UInt64
  ) -> RESPTicket {
    var slot = RESPSlot(
      tag: tag, deadline: deadline, lastByte: sentBytes + UInt64(writer.count))
    switch rule {
    case .confirmations(let verb, let count):
      slot.verb = verb
      slot.confirmations = count
      openSubscriptions += 1
    case .pong: slot.isPing = true
    case .oneReply, .unsupported: break
    }
    earliestDeadline = min(earliestDeadline, deadline)
    return RESPTicket(sequence: slots.append(slot), tag: tag)
  }
}
