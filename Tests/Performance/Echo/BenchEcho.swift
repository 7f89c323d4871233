// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataNetwork
import StrataSystem

/// Round trips of 100 bytes over one loopback connection, client and server in this process.
///
/// `swift run -c release BenchEcho [seconds]`
@main
enum BenchEcho {
  static func main() async throws {
    let seconds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1
    print("callers  on    round trips/s  nanoseconds each")
    for callers in [1, 64, 256, 1_000] {
      for onLoop in [true, false] {
        let rate = try await measure(callers: callers, onLoop: onLoop, seconds: seconds)
        let each = Int(Double(callers) * 1e9 / rate)
        print(
          "\(pad(callers, 7))  \(onLoop ? "loop" : "pool")  \(pad(Int(rate), 13))  \(pad(each, 16))"
        )
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

  private static func pad(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
