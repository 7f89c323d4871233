// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension RESPConnection {
  /// Calls `body` with at least `minimum` bytes of space and takes in as many as it says it wrote.
  @discardableResult
  public mutating func receive<E: Error>(
    minimum: Int, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
  ) throws(E) -> Int {
    let count = try parser.receive(minimum: minimum, body)
    if isClosed { forgetReceived() }
    return count
  }

  /// Takes in a copy of `bytes`.
  public mutating func receive(_ bytes: [UInt8]) {
    guard !isClosed else { return }
    parser.receive(bytes)
  }

  /// What comes after the end is not read, so it is not kept either.
  private mutating func forgetReceived() {
    parser = RESPParser(limits: configuration.limits)
  }

  /// Takes note that nothing more will come from the transport; what came before still counts.
  public mutating func disconnected() {
    isDisconnected = true
  }

  /// What is to be done next; call it again until it says `wait`.
  public mutating func next() -> RESPAction {
    while true {
      if let notice = nextNotice() { return notice }
      if let action = nextFrame() { return action }
    }
  }

  /// What is to be said without looking at any bytes.
  @inline(__always)
  private mutating func nextNotice() -> RESPAction? {
    if isClosed { return nextOfEnd() }
    if owesVacancy, hasRoomAgain {
      owesVacancy = false
      return .vacant
    }
    return nil
  }

  /// Moves on by one frame; nil when that calls for no action or ended the connection.
  private mutating func nextFrame() -> RESPAction? {
    do throws(RESPProtocolError) {
      if try parser.next() { return route() }
    } catch {
      end(.protocolViolation(error))
      return nil
    }
    if isDisconnected {
      end(.disconnected)
    } else if phase == .draining, slots.isEmpty {
      end(.finished)
    } else {
      return .wait
    }
    return nil
  }

  /// Says that the end has come, first to the owner, then one by one to the callers that still
  /// wait.
  private mutating func nextOfEnd() -> RESPAction {
    guard phase == .ended else {
      phase = .ended
      forgetReceived()
      return .close(reason)
    }
    while let slot = slots.oldest {
      let ticket = RESPTicket(sequence: slots.first, tag: slot.tag)
      slots.removeFirst()
      guard slot.isAbandoned else {
        return .failed(ticket, slot.lastByte > sentBytes ? .unsent : .unknown)
      }
    }
    return .wait
  }

  private var hasRoomAgain: Bool {
    slots.isHalfEmpty && writer.count <= configuration.unsentBytes / 2 && isReady
  }
}

/// Where frames go.
extension RESPConnection {
  var isSubscribed: Bool { subscribed.channels > 0 || subscribed.shardChannels > 0 }

  private mutating func route() -> RESPAction? {
    if phase == .handshaking { return routeHandshake() }
    if parser.frame.token.type == .push { return routePush() }
    if version == .resp2, isSubscribed || slots.oldest?.verb != nil,
      parser.frame.token.type == .array
    {
      return routeSubscribed()
    }
    guard let slot = slots.oldest, slot.verb == nil || parser.frame.isError else {
      return unexpected()
    }
    return fill(slot)
  }

  private mutating func routeHandshake() -> RESPAction? {
    guard writer.count == 0 || parser.frame.isError else { return unexpected() }
    switch handshake.receive(parser.frame, &writer) {
    case .underWay: return nil
    case .failed(let reason):
      end(reason)
      return nil
    case .done:
      finishHandshake()
      return .ready
    }
  }

  /// RESP3: a confirmation fills the slot of its command, everything else is for the listener.
  private mutating func routePush() -> RESPAction? {
    guard version == .resp3 else { return unexpected() }
    guard let slot = slots.oldest, let verb = slot.verb,
      parser.frame.pushKind == .confirmation(verb)
    else { return .push }
    return confirm(slot)
  }

  /// RESP2: the same, with arrays in the place of pushes. Such an array only counts as a message
  /// while there are subscriptions; at any other time it is a reply, whatever it holds.
  private mutating func routeSubscribed() -> RESPAction? {
    let kind = parser.frame.pushKind
    if let slot = slots.oldest {
      if let verb = slot.verb, kind == .confirmation(verb) { return confirm(slot) }
      if slot.isPing, kind == .pong { return fill(slot) }
    }
    guard isSubscribed else { return unexpected() }
    switch kind {
    case .message, .patternMessage, .shardMessage: return .push
    case .confirmation(.shardUnsubscribe):  // the server moved the channel's slot elsewhere
      countSubscriptions(.shardUnsubscribe)
      return isClosed ? nil : .push
    default: return unexpected()
    }
  }

  private mutating func confirm(_ slot: RESPSlot) -> RESPAction? {
    guard slot.lastByte <= sentBytes, let verb = slot.verb else { return unexpected() }
    if version == .resp2 { countSubscriptions(verb) }
    if isClosed { return nil }
    guard slot.confirmations > 1 else { return fill(slot) }
    slots[slots.first].confirmations -= 1
    return nil
  }

  private mutating func countSubscriptions(_ verb: RESPSubscriptionVerb) {
    let count = parser.frame.withElements { elements in
      elements.skip() && elements.skip() ? elements.next { $0.integer } ?? nil : nil
    }
    guard let count else { return end(.unexpectedFrame(code: nil)) }
    switch verb {
    case .shardSubscribe, .shardUnsubscribe: subscribed.shardChannels = count
    default: subscribed.channels = count
    }
  }

  /// Gives the oldest slot its reply; nil when nobody waits for it.
  @inline(__always)
  private mutating func fill(_ slot: RESPSlot) -> RESPAction? {
    guard slot.lastByte <= sentBytes else { return unexpected() }
    let ticket = RESPTicket(sequence: slots.first, tag: slot.tag)
    slots.removeFirst()
    if slot.verb != nil { openSubscriptions -= 1 }
    if !slot.isAbandoned || slots.count == 0 { late = nil }
    return slot.isAbandoned ? nil : .reply(ticket)
  }

  private mutating func unexpected() -> RESPAction? {
    end(.unexpectedFrame(code: RESPConnectionError.code(of: parser.frame)))
    return nil
  }
}
