// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BenchmarkKit
import StrataCore
import StrataNetwork
import StrataSystem

/// Round trips of 100 bytes over one loopback connection, client and server in this process, with
/// the callers on the connection's own loop and on the shared threads.
@main
enum BenchEcho {
  static func main() async throws {
    let benchmarks = BenchmarkRun()
    for callers in [1, 64, 256, 1_000] {
      for onLoop in [true, false] {
        let name = "network/echo/callers=\(callers)/\(onLoop ? "loop" : "pool")"
        guard benchmarks.wants(name) else { continue }
        let rate = try await measure(callers: callers, onLoop: onLoop, seconds: 1)
        benchmarks.record(name, rate, .perSecond)
      }
    }
  }

  private static func measure(callers: Int, onLoop: Bool, seconds: Int) async throws -> Double {
    let here = SocketNetwork()
    let there = SocketNetwork()
    let listener = try await there.listen(at: .loopback) { EchoServer() }
    let client = EchoClient()
    let connection = try await here.connect(to: listener.endpoint, handler: client)
    let clock = SystemClock()
    let start = clock.now
    let end = start + .seconds(seconds)
    let executor = onLoop ? connection.loop.taskExecutor : nil
    let total = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<callers {
        group.addTask(executorPreference: executor) {
          var count = 0
          while clock.coarseNow < end {
            await client.roundTrip(connection)
            count += 1
          }
          return count
        }
      }
      return await group.reduce(0, +)
    }
    let took = clock.now - start
    here.shutDown()
    there.shutDown()
    return Double(total) / (Double(took.saturatingNanoseconds) / 1e9)
  }
}
