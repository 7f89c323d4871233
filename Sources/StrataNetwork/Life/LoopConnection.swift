// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A connection that lives on a loop: what the application calls, from anywhere, is the same for
/// sockets and for the network in memory.
///
/// Everything below is touched on the loop only; calls from elsewhere hop there.
protocol LoopConnection: Connection {
  associatedtype Home: NetworkLoop

  /// The loop.
  var home: Home { get }
  var options: ConnectOptions { get }
  var course: ConnectionCourse { get set }
  /// Whether the handler has been told of the opening and not of the end.
  var isOpen: Bool { get }
  /// The bytes that wait to be sent.
  var unsent: Int { get }

  /// Adds bytes to those that wait.
  func gather(_ bytes: UnsafeRawBufferPointer)
  /// Has what waits sent at the end of this turn.
  func orderSend()
  /// Reads on what had been left unread.
  func readOn()
  /// Ends the connection at once, the peer being told in the way of `manner`.
  func end(_ manner: ClosingManner)
  /// Ends the connection at once, for a reason.
  func end(_ error: NetworkError?)
}

extension LoopConnection {
  var loop: any NetworkLoop { home }

  @discardableResult func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard home.isCurrent else { return writeFromElsewhere(bytes) }
    guard isOpen, course.takes(bytes.count, besides: unsent, options) else { return false }
    gather(bytes)
    course.gathered(unsent, options)
    queueSend()
    return true
  }

  var unsentCount: Int { home.isCurrent ? unsent : 0 }

  func pauseReading() { onLoop { $0.course.pauseReading(true) } }

  func resumeReading() {
    onLoop { connection in
      connection.course.pauseReading(false)
      connection.readOn()
    }
  }

  func finishWriting() {
    onLoop { connection in
      connection.course.finishWriting()
      connection.queueSend()
    }
  }

  func close(_ manner: ClosingManner) {
    onLoop { connection in
      guard manner == .afterSending else { return connection.end(manner) }
      connection.course.closeAfterSending()
      connection.queueSend()
    }
  }

  func queueSend() { if course.queueSend() { orderSend() } }

  /// What follows once the peer has finished and the handler knows.
  func followInputEnd() {
    switch course.stepAfterInputEnd(options) {
    case .stay: break
    case .close: queueSend()
    case .end: end(nil)
    }
  }

  private func writeFromElsewhere(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let copy = Array(bytes)
    home.execute {
      if !self.write(copy) && self.isOpen && !self.course.finishesWriting {
        self.end(NetworkError(.overflow, operation: "write"))
      }
    }
    return true
  }

  private func onLoop(_ action: @escaping @Sendable (Self) -> Void) {
    if home.isCurrent { action(self) } else { home.execute { action(self) } }
  }
}
