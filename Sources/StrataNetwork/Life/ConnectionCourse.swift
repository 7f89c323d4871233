// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The course of an open connection, as a value: what was asked for, what has happened, and what
/// follows from both.
///
/// Ends come in any order: the application finishes writing or closes, the peer finishes sending.
/// Either only sets a flag; what is still to be sent is sent first.
struct ConnectionCourse: Sendable {
  /// What the end of the peer's data calls for.
  enum Step: Equatable {
    /// Nothing; this side may go on writing.
    case stay
    /// Sending what waits, then the end.
    case close
    /// The end.
    case end
  }

  /// Whether the sending at the end of this turn is ordered.
  private(set) var isSendQueued = false
  private(set) var isReadPaused = false
  private(set) var finishesWriting = false
  private(set) var closesAfterSending = false
  private(set) var hasInputEnded = false
  /// Whether the peer has been told that nothing more comes.
  var hasFinishedWriting = false
  private var isAboveHighWater = false

  // MARK: Sending

  /// Whether so many bytes may be added to those that wait.
  func takes(_ count: Int, besides unsent: Int, _ options: ConnectOptions) -> Bool {
    !finishesWriting && !closesAfterSending && count <= options.maximumUnsent - unsent
  }

  /// Bytes were added, so that so many wait now.
  mutating func gathered(_ unsent: Int, _ options: ConnectOptions) {
    if unsent > options.highWater { isAboveHighWater = true }
  }

  /// Orders the sending at the end of this turn; `false` where it is ordered already.
  mutating func queueSend() -> Bool {
    defer { isSendQueued = true }
    return !isSendQueued
  }

  /// The sending begins.
  mutating func beginSend() { isSendQueued = false }

  /// So many bytes still wait; says once when they were many and have become few.
  mutating func drained(to unsent: Int, _ options: ConnectOptions) -> Bool {
    guard isAboveHighWater, unsent < options.highWater / 2 else { return false }
    isAboveHighWater = false
    return true
  }

  // MARK: Ends

  /// Whether the output ends once nothing waits.
  var endsOutput: Bool { finishesWriting || closesAfterSending }

  /// Whether the connection ends once its output has.
  var endsWithOutput: Bool { closesAfterSending || hasInputEnded }

  mutating func finishWriting() { finishesWriting = true }
  mutating func closeAfterSending() { closesAfterSending = true }
  mutating func pauseReading(_ isPaused: Bool) { isReadPaused = isPaused }

  /// The peer has finished sending.
  mutating func noteInputEnd() { hasInputEnded = true }

  /// What that calls for.
  mutating func stepAfterInputEnd(_ options: ConnectOptions) -> Step {
    if hasFinishedWriting { return .end }
    if options.allowsHalfClosure { return .stay }
    closesAfterSending = true
    return .close
  }
}
