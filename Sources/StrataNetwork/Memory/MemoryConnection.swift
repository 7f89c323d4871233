// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

private import Synchronization

/// One end of a connection of a ``MemoryNetwork``.
final class MemoryConnection: Connection, @unchecked Sendable {
  // Sendable: everything mutable is touched on the loop only; public calls from elsewhere hop
  // there. `isWakeRequested` is atomic.

  /// How much may be under way in one direction, like the buffers of two kernels.
  private static let window = 256 << 10

  private let memoryLoop: MemoryLoop
  private let link: MemoryLink
  private let side: Int
  let endpoint: Endpoint
  private let options: ConnectOptions
  private var handler: (any ConnectionHandler)?
  private let isWakeRequested = Atomic(false)

  private var isOpen = false
  private var output = ByteQueue()
  private var underWay = 0
  private var input: [MemoryLink.Parcel] = []
  private var isSendQueued = false
  private var isAboveHighWater = false
  private var finishesWriting = false
  private var hasFinishedWriting = false
  private var closesAfterSending = false
  private var isReadPaused = false
  private var isReading = false
  private var hasInputEnded = false

  init(
    loop: MemoryLoop, link: MemoryLink, side: Int, endpoint: Endpoint, options: ConnectOptions,
    handler: any ConnectionHandler
  ) {
    memoryLoop = loop
    self.link = link
    self.side = side
    self.endpoint = endpoint
    self.options = options
    self.handler = handler
  }

  var loop: any NetworkLoop { memoryLoop }

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
    while isOpen && !isReadPaused && !input.isEmpty {
      switch input.removeFirst() {
      case .bytes(let bytes):
        link.handedOver(bytes.count, on: side)
        guard !closesAfterSending, !bytes.isEmpty else { continue }
        bytes.withUnsafeBytes { handler?.received($0, on: self) }
      case .end: endInput()
      case .reset: break
      }
    }
  }

  private func endInput() {
    hasInputEnded = true
    if !closesAfterSending { handler?.inputEnded(self) }
    if hasFinishedWriting {
      end(nil)
    } else if !options.allowsHalfClosure {
      closesAfterSending = true
      queueSend()
    }
  }

  // MARK: Sending

  private func queueSend() {
    guard !isSendQueued, isOpen else { return }
    isSendQueued = true
    memoryLoop.atEnd { self.send() }
  }

  private func send() {
    isSendQueued = false
    guard isOpen else { return }
    while !output.isEmpty && underWay < Self.window {
      let count = min(output.count, Self.window - underWay)
      let bytes = output.withUnsafeBytes { Array($0.prefix(count)) }
      output.consume(count)
      underWay += count
      link.carry(.bytes(bytes), from: side)
    }
    if isAboveHighWater && output.count < options.highWater / 2 {
      isAboveHighWater = false
      handler?.drained(self)
    }
    if output.isEmpty { settle() }
  }

  private func settle() {
    guard isOpen, finishesWriting || closesAfterSending else { return }
    if !hasFinishedWriting {
      hasFinishedWriting = true
      link.carry(.end, from: side)
    }
    if closesAfterSending || hasInputEnded { end(nil) }
  }

  private func end(_ error: NetworkError?) {
    guard isOpen else { return }
    isOpen = false
    output.removeAll()
    input = []
    link.endClosed()
    let handler = handler.take()
    memoryLoop.execute { handler?.closed(self, error: error) }
  }

  private func woken() {
    isWakeRequested.store(false, ordering: .sequentiallyConsistent)
    if isOpen { handler?.woken(self) }
  }
}

// What the application calls, from anywhere.
extension MemoryConnection {
  @discardableResult func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard memoryLoop.isCurrent else { return writeFromElsewhere(bytes) }
    guard isOpen, !finishesWriting, !closesAfterSending,
      bytes.count <= options.maximumUnsent - output.count
    else { return false }
    output.append(bytes)
    if output.count > options.highWater { isAboveHighWater = true }
    queueSend()
    return true
  }

  func wake() {
    guard !isWakeRequested.exchange(true, ordering: .sequentiallyConsistent) else { return }
    memoryLoop.execute { self.memoryLoop.atEnd { self.woken() } }
  }

  var unsentCount: Int { memoryLoop.isCurrent ? output.count : 0 }

  func pauseReading() { onLoop { $0.isReadPaused = true } }

  func resumeReading() {
    onLoop { connection in
      connection.isReadPaused = false
      if !connection.input.isEmpty { connection.memoryLoop.execute { connection.read() } }
    }
  }

  func finishWriting() {
    onLoop { connection in
      connection.finishesWriting = true
      connection.queueSend()
    }
  }

  func close(_ manner: ClosingManner) {
    onLoop { connection in
      guard connection.isOpen else { return }
      switch manner {
      case .afterSending:
        connection.closesAfterSending = true
        connection.queueSend()
      case .now:
        connection.link.carry(.end, from: connection.side)
        connection.end(nil)
      case .reset:
        connection.link.carry(.reset, from: connection.side)
        connection.end(nil)
      }
    }
  }

  private func writeFromElsewhere(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let copy = Array(bytes)
    memoryLoop.execute {
      if !self.write(copy) && self.isOpen && !self.finishesWriting {
        self.end(NetworkError(.overflow, operation: "write"))
      }
    }
    return true
  }

  private func onLoop(_ action: @escaping @Sendable (MemoryConnection) -> Void) {
    if memoryLoop.isCurrent { action(self) } else { memoryLoop.execute { action(self) } }
  }
}
