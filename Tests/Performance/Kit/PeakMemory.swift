// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// How far the memory of this process grew above what it held; Linux only, nothing elsewhere.
public struct PeakMemory {
  private let before: Int?

  /// Begins to watch: the peak counts from what the process holds now.
  public init() {
    before = Self.status("VmRSS:")
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  /// The growth up to the peak so far, in MiB.
  public var mebibytes: Double? {
    guard let before, let peak = Self.status("VmHWM:") else { return nil }
    return Double(max(0, peak - before)) / 1024
  }

  /// A number of `/proc/self/status` in KiB.
  private static func status(_ name: String) -> Int? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if text.hasPrefix(name) { return Int(text.filter(\.isNumber)) }
    }
    return nil
  }
}
