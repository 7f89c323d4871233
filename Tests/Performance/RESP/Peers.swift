// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation

/// Programs that do the same against the same server, where this machine has them.
struct Peers {
  private let hiredis: String?
  private let benchmark: String?

  init() {
    hiredis = Self.compiled()
    benchmark = Self.output("/usr/bin/env", ["sh", "-c", "command -v redis-benchmark"])
  }

  /// Operations per second and the median latency of a C program on hiredis; `nil` without it.
  func hiredis(_ mode: String, port: Int, milliseconds: Int) -> (rate: Double, median: Double)? {
    guard let hiredis, let text = Self.output(hiredis, ["\(port)", mode, "\(milliseconds)"]) else {
      return nil
    }
    let numbers = text.split(separator: " ").compactMap { Double($0) }
    return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
  }

  /// Operations per second of `redis-benchmark -c 50 -P 64`; `nil` without it.
  func redisBenchmark(port: Int, requests: Int) -> Double? {
    guard let benchmark else { return nil }
    let arguments = [
      "-p", "\(port)", "-c", "50", "-P", "64", "-n", "\(requests)", "-r", "1000", "--csv", "GET",
      "key:__rand_int__",
    ]
    guard let line = Self.output(benchmark, arguments)?.split(separator: "\n").last else {
      return nil
    }
    let fields = line.split(separator: ",").map { $0.filter { $0 != "\"" } }
    return fields.dropFirst().compactMap { Double($0) }.first
  }

  private static func compiled() -> String? {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let source = folder.appendingPathComponent("hiredis-peer.c").path
    let program = NSTemporaryDirectory() + "strata-hiredis-peer"
    let arguments = ["cc", "-O2", source, "-lhiredis", "-o", program]
    return output("/usr/bin/env", arguments) == nil ? nil : program
  }

  private static func output(_ program: String, _ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
