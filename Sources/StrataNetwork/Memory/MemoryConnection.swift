// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// One end of a connection of a ``MemoryNetwork``.
final class MemoryConnection: LoopConnection, @unchecked Sendable {
  // Sendable: everything mutable is touched on the loop only; public calls from elsewhere hop
  // there. `isWakeRequested` is atomic.

  /// How much may be under way in one direction, like the buffers of two kernels.
  private static let window = 256 << 10

  let home: MemoryLoop
  private let link: MemoryLink
  private let side: Int
  let endpoint: Endpoint
  let options: ConnectOptions
  private var handler: (any ConnectionHandler)?
  private let isWakeRequested = Atomic(false)

  private(set) var isOpen = false
  var course = ConnectionCourse()
  private var output = ByteQueue()
  private var underWay = 0
  private var input: [MemoryLink.Parcel] = []
  private var isReading = false

  init(
    loop: MemoryLoop, link: MemoryLink, side: Int, endpoint: Endpoint, options: ConnectOptions,
    handler: any ConnectionHandler
  ) {
    home = loop
    self.link = link
    self.side = side
    self.endpoint = endpoint
    self.options = options
    self.handler = handler
  }

  // MARK: What the link reports

  func open() {
    isOpen = true
    handler?.opened(self)
  }

  func arrive(_ parcel: MemoryLink.Parcel) {
    guard isOpen else {
      // Who sends to a connection that is gone gets a reset, as with TCP.
      if case .bytes = parcel { link.carry(.reset, from: side) }
      return
    }
    if case .reset = parcel {
      return end(NetworkError(.reset, operation: "read"))
    }
    input.append(parcel)
    read()
  }

  /// The peer has taken `count` bytes.
  func acknowledge(_ count: Int) {
    underWay -= count
    if !output.isEmpty { queueSend() }
  }

  func networkEnds() { end(NetworkError(.closed, operation: "shutDown")) }

  private func read() {
    guard !isReading else { return }
    isReading = true
    defer { isReading = false }
    while isOpen && !course.isReadPaused && !input.isEmpty {
      switch input.removeFirst() {
      case .bytes(let bytes):
        link.handedOver(bytes.count, on: side)
        guard !course.closesAfterSending, !bytes.isEmpty else { continue }
        bytes.withUnsafeBytes { handler?.received($0, on: self) }
      case .end: endInput()
      case .reset: break
      }
    }
  }

  private func endInput() {
    course.noteInputEnd()
    if !course.closesAfterSending { handler?.inputEnded(self) }
    followInputEnd()
  }

  func readOn() {
    if !input.isEmpty { home.execute { self.read() } }
  }

  // MARK: Sending

  var unsent: Int { output.count }

  func gather(_ bytes: UnsafeRawBufferPointer) { output.append(bytes) }

  func orderSend() { home.atEnd { self.send() } }

  private func send() {
    course.beginSend()
    guard isOpen else { return }
    while !output.isEmpty && underWay < Self.window {
      let count = min(output.count, Self.window - underWay)
      let bytes = output.withUnsafeBytes { Array($0.prefix(count)) }
      output.consume(count)
      underWay += count
      link.carry(.bytes(bytes), from: side)
    }
    if course.drained(to: output.count, options) { handler?.drained(self) }
    if output.isEmpty { settle() }
  }

  private func settle() {
    guard isOpen, course.endsOutput else { return }
    if !course.hasFinishedWriting {
      course.hasFinishedWriting = true
      link.carry(.end, from: side)
    }
    if course.endsWithOutput { end(nil) }
  }

  func end(_ manner: ClosingManner) {
    guard isOpen else { return }
    link.carry(manner == .reset ? .reset : .end, from: side)
    end(nil)
  }

  func end(_ error: NetworkError?) {
    guard isOpen else { return }
    isOpen = false
    output.removeAll()
    input = []
    link.endClosed()
    let handler = handler.take()
    home.execute { handler?.closed(self, error: error) }
  }

  func wake() {
    guard !isWakeRequested.exchange(true, ordering: .sequentiallyConsistent) else { return }
    home.execute { self.home.atEnd { self.woken() } }
  }

  private func woken() {
    isWakeRequested.store(false, ordering: .sequentiallyConsistent)
    if isOpen { handler?.woken(self) }
  }
}
