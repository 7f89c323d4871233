// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import StrataCore
internal import StrataNetwork

/// Everything about a link that changes; reached under its lock only.
struct RESPLinkState: ~Copyable, Sendable {
  /// The conversation; one that has ended while there is no connection.
  var machine: RESPConnection
  var connection: (any Connection)?
  /// How many connections there have been.
  var generation: UInt64 = 0
  /// Attempts that failed since a connection last worked.
  var failures = 0
  /// Connections in a row that were not made or did not last, for the time to wait.
  var troubles = 0
  /// Since when the connection has been ready; `nil` while it is not.
  var readySince: Timestamp?
  /// Openings of this connection that have no answer yet.
  var openingsAwaited = 0
  /// Why the last connection ended.
  var reason: RESPConnectionError?
  var isClosed = false
  /// The life's task waits for the end of the connection here.
  var ending: UnsafeContinuation<Void, Never>?
  /// Commands admitted since bytes were last handed to the transport.
  var gathered = 0
  /// Turns of the loop for which they have been held back.
  var turnsHeld = 0
  var timer: (any CacheTimer)?
  var timerAt = UInt64.max

  init(_ configuration: RESPConfiguration) {
    machine = RESPConnection(configuration, now: 0)
    machine.finish()
    while machine.next() != .wait {}
  }
}

/// What is to be done once the lock is released.
struct RESPEffects: Sendable {
  /// Most turns end one call, which needs no array.
  private var first: UnsafeContinuation<Void, Never>?
  private var others: [UnsafeContinuation<Void, Never>] = []
  var events: [RESPEvent] = []
  var opensGate = false
  var closes: (any Connection)?

  mutating func resume(_ continuation: UnsafeContinuation<Void, Never>?) {
    guard let continuation else { return }
    guard first != nil else { return first = continuation }
    if others.isEmpty { others.reserveCapacity(128) }
    others.append(continuation)
  }

  func resumeAll() {
    first?.resume()
    for continuation in others { continuation.resume() }
  }
}

extension RESPLinkState {
  /// Gives the commands of a call their slots, or says why not. Nothing of a refused call is sent.
  mutating func admit(
    _ call: RESPCall, count: Int, deadline: UInt64, generation wanted: UInt64?,
    _ write: (inout RESPWriter, Int) -> Void
  ) -> RESPCall.End? {
    if let end = call.end { return end }
    if isClosed { return .failed(.closed) }
    if let wanted, wanted != generation { return .failed(.otherConnection) }
    guard machine.isReady else {
      return failures > 0 ? .failed(.unavailable(reason)) : .notReady
    }
    guard machine.vacancies >= count else { return full(count, deadline) }
    for index in 0..<count {
      let tag = call.retainedTag()
      switch machine.send(tag: tag, deadline: deadline, { write(&$0, index) }) {
      case .sent(let ticket):
        if index == 0 { call.first = ticket.sequence }
        call.sent += 1
        gathered += 1
      case .refused(let refusal):
        _ = RESPCall.release(tag)
        return .failed(refusal == .full ? .overloaded : .refused(refusal))
      }
    }
    return nil
  }

  /// A refusal that makes the connection say when there is room; more than ever fits never waits.
  private mutating func full(_ count: Int, _ deadline: UInt64) -> RESPCall.End {
    if count > machine.configuration.outstanding { return .failed(.overloaded) }
    // A command offered to a full connection is what makes it promise `vacant`; with room for
    // some but not for all there may be nothing to wait for but the replies themselves.
    guard machine.vacancies == 0 else { return .failed(.overloaded) }
    _ = machine.send(deadline: deadline) { $0.command("PING") }
    return .full
  }

  /// Whether to hand nothing over yet, because more is about to be gathered.
  ///
  /// With many callers, replies come in groups, and each group's callers send the next one. Small
  /// groups stay small for ever, and cost a system call and a wake-up on both sides each. So a
  /// group that is small beside what is on its way waits for the next, for two turns at most, in
  /// which the loop does not sleep.
  mutating func holdsBack() -> Bool {
    let onTheWay = machine.outstanding - gathered
    guard turnsHeld < 2, gathered > 0, onTheWay >= 16, gathered * 2 < onTheWay else {
      turnsHeld = 0
      return false
    }
    turnsHeld += 1
    return true
  }

  /// Carries out what the conversation calls for.
  mutating func handle(_ action: RESPAction, _ effects: inout RESPEffects) {
    switch action {
    case .wait, .ready: break
    case .reply(let ticket): deliver(ticket, &effects)
    case .push: effects.events.append(.push(machine.frame.value()))
    case .vacant: effects.opensGate = true
    case .timedOut(let ticket): fail(ticket, .timedOut(.unknown), &effects)
    case .failed(let ticket, let fate): fail(ticket, .lost(fate), &effects)
    case .close(let reason):
      self.reason = reason
      effects.closes = connection
    }
  }

  private mutating func deliver(_ ticket: RESPTicket, _ effects: inout RESPEffects) {
    guard let call = RESPCall.release(ticket.tag), call.end == nil else { return }
    do throws(RESPClientError) {
      try call.take(machine.frame)
    } catch {
      // Not an error of the server's, but a reply to something else: the count is lost.
      if case .unexpectedReply = error { machine.distrust() }
      return effects.resume(call.finish(.failed(error)))
    }
    call.received += 1
    guard call.received == call.sent else { return }
    effects.resume(call.finish(.done))
    if call.isOpening { countOpening(&effects) }
  }

  private mutating func countOpening(_ effects: inout RESPEffects) {
    openingsAwaited -= 1
    if openingsAwaited == 0 { effects.events.append(.opened(generation: generation)) }
  }

  private func fail(
    _ ticket: RESPTicket, _ error: RESPClientError, _ effects: inout RESPEffects
  ) {
    guard let call = RESPCall.release(ticket.tag) else { return }
    // Of a group, some may have run already although this one was never sent.
    let isWhole = call.received == 0 && ticket.sequence == call.first
    let known: RESPClientError =
      if case .lost(.unsent) = error, !isWhole { .lost(.unknown) } else { error }
    effects.resume(call.finish(.failed(known)))
  }
}
