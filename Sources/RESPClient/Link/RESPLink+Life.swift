// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import StrataCore
internal import StrataNetwork

extension RESPLink {
  /// Connects, waits for the end, waits a while, and connects again, until the link is closed.
  func live() async {
    while !state.withLock({ $0.isClosed }) {
      do throws(NetworkError) {
        _ = try await network.connect(
          to: configuration.endpoint, options: configuration.transport, handler: self)
        await untilItEnds()
      } catch {
        state.withLock { state in
          state.failures += 1
          state.troubles += 1
          state.reason = nil
        }
        gate.open()
      }
      await pause()
    }
  }

  /// Ends the connection and lets nobody in any more.
  func close() {
    let connection = state.withLock { state in
      state.isClosed = true
      return state.connection
    }
    connection?.close(.now)
    gate.open()
  }

  private func untilItEnds() async {
    await withUnsafeContinuation { continuation in
      let isOver = state.withLock { state in
        if state.connection == nil { return true }
        state.ending = continuation
        return false
      }
      if isOver { continuation.resume() }
    }
  }

  private func pause() async {
    let (failures, troubles, reason, isClosed) = state.withLock { state in
      (state.failures, state.troubles, state.reason, state.isClosed)
    }
    if isClosed { return }
    let delay = configuration.backoff.delay(afterFailures: troubles, random: runtime.random)
    if failures > 0 { tell(.failed(reason, retryIn: delay)) }
    try? await runtime.clock.sleep(for: delay)
  }
}

extension RESPLinkState {
  /// A connection shorter than this is followed by a wait like one that was not made.
  private static var shortest: Duration { .seconds(1) }

  /// Counts a failure unless the connection had worked.
  ///
  /// While nothing has failed, callers wait for the next connection. So a server that was found to
  /// hang counts as one that failed, or each of them would wait for it once more.
  mutating func judgeEnd(now: Timestamp) {
    let life = readySince.map { now - $0 }
    readySince = nil
    if life == nil || reason == .stalled { failures += 1 }
    troubles = life.map { $0 >= Self.shortest } ?? false ? 0 : troubles + 1
  }
}
