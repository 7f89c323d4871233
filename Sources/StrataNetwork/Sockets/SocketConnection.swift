// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// A connection over a socket of the system.
///
/// Writing only gathers: bytes go into a queue, and the loop sends all of it at the end of the
/// turn. Reading goes through memory that all connections of the loop share, so an idle connection
/// holds none. With a transform in between, `plain` gathers what is to be encrypted, once per turn
/// too, and `output` what is to be sent.
///
/// ```
/// opening ──▶ open ──▶ closed        `close(.afterSending)`, `finishWriting()` and the peer's end
///    └───────────────────▲           only set flags; the state changes when the queue has run dry
/// ```
final class SocketConnection: LoopConnection, LoopTarget, @unchecked Sendable {
  // Sendable: everything mutable belongs to the loop's thread; public calls from elsewhere hop
  // there. `isWakeRequested` is atomic.

  enum Phase {
    /// The handshake runs; the handler knows of nothing yet.
    case opening
    case open
    case closed
  }

  /// How many full buffers one connection may read before the others have their turn.
  private static let readsPerTurn = 4

  let home: EventLoop
  let endpoint: Endpoint
  let options: ConnectOptions
  private var handler: (any ConnectionHandler)?
  private var transform: (any StreamTransform)?
  private var established: ((NetworkError?) -> Void)?
  private var socket: Socket?
  private let isWakeRequested = Atomic(false)

  private var phase = Phase.opening
  var course = ConnectionCourse()
  private var output = ByteQueue()
  private var plain = ByteQueue()
  private var canSend = true
  private var hasUnread = false
  private var isAgainQueued = false

  init(
    loop: EventLoop, socket: Socket, endpoint: Endpoint, options: ConnectOptions,
    handler: any ConnectionHandler, transform: (any StreamTransform)?
  ) {
    home = loop
    self.socket = socket
    self.endpoint = endpoint
    self.options = options
    self.handler = handler
    self.transform = transform
  }

  var isOpen: Bool { phase == .open }

  // MARK: Opening

  /// Joins the loop and shakes hands; `established` is told once how that went.
  func start(_ established: @escaping (NetworkError?) -> Void) {
    guard let socket else { return }
    self.established = established
    let number = home.add(socket.descriptor, self)
    guard number == 0 else { return end(.system(number, "connect")) }
    guard let transform else { return open() }
    do throws(NetworkError) {
      try transform.start(&output)
      queueSend()
    } catch {
      end(error)
    }
  }

  /// Gives up before the handler knows of anything.
  func abandon() {
    established = nil
    handler = nil
    end(nil)
  }

  private func open() {
    phase = .open
    // Taken first: a handler that closes right away still gets its connection.
    let established = established.take()
    handler?.opened(self)
    established?(nil)
  }

  // MARK: What the loop reports

  func ready(_ readiness: Readiness) {
    if readiness.contains(.writable) {
      canSend = true
      if !output.isEmpty || !plain.isEmpty { queueSend() }
    }
    guard !readiness.isDisjoint(with: [.readable, .ended]) else { return }
    if course.hasInputEnded {
      if let error = socket?.pendingError("read") { end(error) }
    } else {
      read(untilEnd: readiness.contains(.ended))
    }
  }

  func again() {
    isAgainQueued = false
    if hasUnread && !course.isReadPaused { read(untilEnd: true) }
  }

  func woken() {
    isWakeRequested.store(false, ordering: .sequentiallyConsistent)
    if phase == .open { handler?.woken(self) }
  }

  func loopEnds() { end(NetworkError(.closed, operation: "shutDown")) }

  // MARK: Reading

  private func read(untilEnd: Bool) {
    hasUnread = false
    for _ in 0..<Self.readsPerTurn {
      guard let socket, !course.hasInputEnded else { return }
      if course.isReadPaused { return hasUnread = true }
      let room = home.scratch
      switch socket.read(into: room) {
      case .done(0): return endInput()
      case .done(let count):
        receive(UnsafeRawBufferPointer(rebasing: room[..<count]))
        // A short read has emptied the socket; what comes later is a new edge.
        if count < room.count && !untilEnd { return }
      case .wouldBlock: return
      case .failed(let error): return end(error)
      }
    }
    hasUnread = true
    queueAgain()
  }

  private func receive(_ bytes: UnsafeRawBufferPointer) {
    guard let transform else { return deliver(bytes) }
    // Own queue: the handler may write while the transform appends to it.
    var outgoing = ByteQueue()
    do throws(NetworkError) {
      try transform.receive(bytes, outgoing: &outgoing) { plain in
        if phase == .opening { open() }
        deliver(plain)
      }
      gather(outgoing)
    } catch {
      gather(outgoing)
      flush()  // the alert that tells the peer why
      return end(error)
    }
    if phase == .opening && transform.isOpen { open() }
    if transform.hasInputEnded && !course.hasInputEnded { endInput() }
  }

  private func gather(_ outgoing: borrowing ByteQueue) {
    guard !outgoing.isEmpty, phase != .closed else { return }
    outgoing.withUnsafeBytes { output.append($0) }
    queueSend()
  }

  private func deliver(_ bytes: UnsafeRawBufferPointer) {
    // Once this side closes, what still arrives is read and dropped: unread bytes would turn the
    // close into a reset and destroy what the peer has not yet taken.
    guard phase == .open, !course.closesAfterSending else { return }
    handler?.received(bytes, on: self)
  }

  private func endInput() {
    guard phase != .opening else {
      return end(NetworkError(.reset, operation: "handshake", detail: "the peer hung up"))
    }
    course.noteInputEnd()
    if let transform, !transform.hasInputEnded {
      return end(NetworkError(.reset, operation: "read", detail: "cut off without a TLS closure"))
    }
    guard phase == .open else { return }
    if !course.closesAfterSending { handler?.inputEnded(self) }
    followInputEnd()
  }

  func readOn() { if hasUnread { queueAgain() } }

  // MARK: Sending

  func send() {
    course.beginSend()
    flush()
    guard phase == .open else { return }
    if course.drained(to: unsent, options) { handler?.drained(self) }
    if unsent == 0 { settle() }
  }

  private func flush() {
    encrypt()
    guard canSend, let socket else { return }
    while !output.isEmpty {
      switch output.withUnsafeBytes({ socket.write($0) }) {
      case .done(let count):
        let isWhole = count == output.count
        output.consume(count)
        if isWhole { return }
        canSend = false  // until the next edge
        return
      case .wouldBlock: return canSend = false
      case .failed(let error): return end(error)
      }
    }
  }

  private func encrypt() {
    guard let transform, !plain.isEmpty else { return }
    do throws(NetworkError) {
      try plain.withUnsafeBytes { bytes throws(NetworkError) in
        try transform.send(bytes, outgoing: &output)
      }
      plain.removeAll()
    } catch {
      end(error)
    }
  }

  /// Everything has been sent: closes or ends the output where that was asked for.
  private func settle() {
    guard course.endsOutput else { return }
    if !course.hasFinishedWriting {
      course.hasFinishedWriting = true
      transform?.finish(&output)
      flush()
      guard output.isEmpty else { return course.hasFinishedWriting = false }
      socket?.finishWriting()
    }
    if course.endsWithOutput { end(nil) }
  }

  var unsent: Int { output.count + plain.count }

  func gather(_ bytes: UnsafeRawBufferPointer) {
    if transform == nil { output.append(bytes) } else { plain.append(bytes) }
  }

  func orderSend() { if phase == .closed { course.beginSend() } else { home.sendAtEnd(self) } }

  func wake() {
    guard !isWakeRequested.exchange(true, ordering: .sequentiallyConsistent) else { return }
    home.wake(self)
  }

  private func queueAgain() {
    guard !isAgainQueued else { return }
    isAgainQueued = true
    home.runAgain(self)
  }

  // MARK: The end

  func end(_ error: NetworkError?) { end(error, reset: false) }

  func end(_ manner: ClosingManner) { end(nil, reset: manner == .reset) }

  /// Ends the connection at once; the handler hears of it in a turn of its own.
  private func end(_ error: NetworkError?, reset: Bool) {
    guard phase != .closed, let socket = socket.take() else { return }
    let wasOpen = phase == .open
    phase = .closed
    home.remove(socket.descriptor)
    if reset { socket.reset() } else { socket.close() }
    output.removeAll()
    plain.removeAll()
    transform = nil
    let established = established.take()
    let handler = handler.take()
    home.execute {
      if wasOpen { handler?.closed(self, error: error) }
    }
    established?(error ?? NetworkError(.closed, operation: "connect"))
  }
}
