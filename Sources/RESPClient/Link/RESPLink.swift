// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import StrataCore
internal import StrataNetwork

/// One connection to a server that comes back when it is lost: the conversation of `RESP` on the
/// loop of `StrataNetwork`.
///
/// Callers write their commands straight into the conversation, on their own thread and under one
/// lock, and wake the loop, which sends what has gathered once per turn:
///
/// ```
/// caller ─▶ admit (lock) ─▶ wake ─┐             ┌─▶ caller resumed
///                                  ▼             │
///                 loop: one write per turn … received (lock)
/// ```
///
/// Under the lock nothing waits and no foreign code runs but the closures that write a command and
/// read a reply in place. Why so: `Documentation/Decisions/0025-resp-client-one-lock.md`.
final class RESPLink: ConnectionHandler {
  let configuration: RESPClientConfiguration
  let runtime: CacheRuntime
  let network: any Network
  let gate: RESPGate
  /// The default timeout with the lag of the coarse clock, in nanoseconds.
  let patience: Int64
  private let openings: [RESPOpening]
  private let onEvent: @Sendable (RESPEvent) -> Void
  let state: Lock<RESPLinkState>

  init(
    _ configuration: RESPClientConfiguration, network: any Network, runtime: CacheRuntime,
    openings: [RESPOpening], onEvent: @escaping @Sendable (RESPEvent) -> Void
  ) {
    self.configuration = configuration
    self.network = network
    self.runtime = runtime
    self.openings = openings
    self.onEvent = onEvent
    gate = RESPGate(clock: runtime.clock)
    patience = (configuration.timeout + runtime.clock.coarseLag).saturatingNanoseconds
    state = Lock(RESPLinkState(configuration.connection))
  }

  // MARK: Callers

  /// Offers the commands of a call; the continuation is resumed when it is over.
  func offer(
    _ call: RESPCall, count: Int, deadline: Timestamp, generation: UInt64?,
    _ continuation: UnsafeContinuation<Void, Never>, _ write: (inout RESPWriter, Int) -> Void
  ) {
    let deadline = UInt64(clamping: deadline.nanoseconds)
    let (resumed, connection) = state.withLock { state in
      call.continuation = continuation
      guard
        let end = state.admit(
          call, count: count, deadline: deadline, generation: generation, write)
      else {
        if deadline < state.timerAt { arm(&state) }
        return (nil as UnsafeContinuation<Void, Never>?, state.connection)
      }
      _ = call.finish(end)
      return (continuation, nil)
    }
    connection?.wake()
    resumed?.resume()
  }

  /// Ends a call whose caller has gone. Its slots stay, and their late replies are dropped.
  func cancel(_ call: RESPCall) {
    let resumed = state.withLock { _ in
      call.finish(.failed(.cancelled(call.sent == 0 ? .unsent : .unknown)))
    }
    resumed?.resume()
  }

  /// Sends a command that nobody waits for, if that is possible at once.
  func post(_ note: RESPNote, deadline: Timestamp, _ write: (inout RESPWriter) -> Void) {
    let deadline = UInt64(clamping: deadline.nanoseconds)
    let connection = state.withLock { state -> (any Connection)? in
      let end = state.admit(note, count: 1, deadline: deadline, generation: nil) { writer, _ in
        write(&writer)
      }
      if end == nil, deadline < state.timerAt { arm(&state) }
      return end == nil ? state.connection : nil
    }
    connection?.wake()
  }

  // MARK: The loop

  func opened(_ connection: any Connection) {
    let now = connection.loop.now
    let effects = state.withLock { state in
      var effects = RESPEffects()
      state.connection = connection
      state.generation += 1
      state.readySince = nil
      (state.gathered, state.turnsHeld) = (0, 0)
      state.machine = RESPConnection(
        configuration.connection, now: UInt64(clamping: now.nanoseconds))
      if state.isClosed { effects.closes = connection }
      flush(&state)
      arm(&state)
      return effects
    }
    perform(effects)
  }

  func received(_ bytes: UnsafeRawBufferPointer, on connection: any Connection) {
    let effects = state.withLock { state in
      var effects = RESPEffects()
      state.machine.receive(minimum: bytes.count) { space in
        space.copyMemory(from: bytes)
        return bytes.count
      }
      advance(&state, &effects, connection.loop)
      if state.turnsHeld == 0 { flush(&state) }
      return effects
    }
    perform(effects)
  }

  func woken(_ connection: any Connection) {
    let waits = state.withLock { state in
      if state.holdsBack() { return true }
      flush(&state)
      return false
    }
    if waits { connection.loop.execute { connection.wake() } }
  }

  func drained(_ connection: any Connection) { state.withLock { flush(&$0) } }

  func closed(_ connection: any Connection, error: NetworkError?) {
    let (effects, ending) = state.withLock { state in
      var effects = RESPEffects()
      state.machine.disconnected()
      advance(&state, &effects, connection.loop)
      state.judgeEnd(now: connection.loop.now)
      state.connection = nil
      state.timer?.cancel()
      (state.timer, state.timerAt) = (nil, .max)
      effects.closes = nil
      effects.opensGate = true
      effects.events.append(.lost(state.reason ?? .disconnected))
      return (effects, state.ending.take())
    }
    perform(effects)
    ending?.resume()
  }

  private func expire(_ loop: any NetworkLoop) {
    let now = UInt64(clamping: loop.now.nanoseconds)
    let effects = state.withLock { state in
      var effects = RESPEffects()
      (state.timer, state.timerAt) = (nil, .max)
      while true {
        let action = state.machine.expire(now: now)
        if action == .wait { break }
        state.handle(action, &effects)
      }
      arm(&state)
      return effects
    }
    perform(effects)
  }

  // MARK: Parts

  private func advance(
    _ state: inout RESPLinkState, _ effects: inout RESPEffects, _ loop: any NetworkLoop
  ) {
    while true {
      let action = state.machine.next()
      switch action {
      case .wait: return
      case .ready: becomeReady(&state, &effects, loop)
      default: state.handle(action, &effects)
      }
    }
  }

  private func becomeReady(
    _ state: inout RESPLinkState, _ effects: inout RESPEffects, _ loop: any NetworkLoop
  ) {
    state.readySince = loop.now
    let deadline = loop.now + configuration.connection.handshakeTimeout
    let generation = state.generation
    state.openingsAwaited = openings.count
    for opening in openings {
      let note = RESPNote(isOpening: true) { (frame) throws(RESPClientError) in
        try opening.read(frame, generation)
      }
      _ = state.admit(
        note, count: 1, deadline: UInt64(clamping: deadline.nanoseconds), generation: nil
      ) { writer, _ in opening.write(&writer, generation) }
    }
    state.failures = 0
    arm(&state)
    effects.opensGate = true
    effects.events.append(.connected(generation: generation))
    if openings.isEmpty { effects.events.append(.opened(generation: generation)) }
  }

  /// Hands over what has gathered. What the transport cannot send soon stays here, where it is
  /// bounded.
  private func flush(_ state: inout RESPLinkState) {
    guard let connection = state.connection, state.machine.unsentBytes > 0,
      connection.unsentCount <= configuration.transport.highWater
    else { return }
    let count = state.machine.withUnsentBytes { connection.write($0) ? $0.count : 0 }
    state.machine.didSend(count)
    state.gathered = 0
  }

  /// Makes sure that the timer fires when the conversation has something to do.
  private func arm(_ state: inout RESPLinkState) {
    guard let moment = state.machine.nextDeadline, moment < state.timerAt,
      let loop = state.connection?.loop
    else { return }
    state.timer?.cancel()
    state.timerAt = moment
    let time = Timestamp(nanoseconds: Int64(clamping: moment))
    state.timer = loop.schedule(at: time) { [weak self, weak loop] in
      if let self, let loop { self.expire(loop) }
    }
  }

  private func perform(_ effects: RESPEffects) {
    effects.resumeAll()
    if effects.opensGate { gate.open() }
    for event in effects.events { onEvent(event) }
    effects.closes?.close(.now)
  }

  func tell(_ event: RESPEvent) { onEvent(event) }
}
