// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// The file store against the bare system calls: `swift run -c release BenchFileStore [directory]`.
//
// One run writes and reads the same number of 1 KiB values by `pwrite` and `pread` and through the
// store, one after the other, on the same file system, and prints operations per second with the
// store's share of the bare rate. Everything fits the page cache, and time is the process's own, so
// that what else runs on the machine matters less.

import FileStore
import StrataCore
import StrataSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

let count = 200_000
let size = 1_024

func nanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

@inline(never) @_optimize(none)
func keep<T>(_ value: T) {}

func show(_ name: String, _ rate: Double, against bare: Double? = nil) {
  let padded = name + String(repeating: " ", count: max(0, 26 - name.utf8.count))
  let share = bare.map { "  \(Int(rate / $0 * 100)) % of bare" } ?? ""
  print("\(padded)\(Int(rate / 1_000)) k/s\(share)")
}

/// The best of three rounds, in operations per second.
func best(_ operations: Int, _ round: () async throws -> Void) async rethrows -> Double {
  var best = 0.0
  for _ in 0..<3 {
    let start = nanoseconds()
    try await round()
    best = max(best, Double(operations) * 1e9 / Double(nanoseconds() - start))
  }
  return best
}

/// A different position each time, all of them in turn: a stride coprime to the count.
func position(_ index: Int) -> Int { index &* 7_919 % count }

func bareAppend(_ path: String, chunk: Int) -> Double {
  let value = [UInt8](repeating: 7, count: chunk)
  var best = 0.0
  for _ in 0..<3 {
    unlink(path)
    let file = open(path, O_RDWR | O_CREAT, 0o600)
    let start = nanoseconds()
    for index in 0..<count * size / chunk {
      keep(value.withUnsafeBytes { pwrite(file, $0.baseAddress, chunk, off_t(index * chunk)) })
    }
    best = max(best, Double(count) * 1e9 / Double(nanoseconds() - start))
    close(file)
  }
  return best
}

func bareRead(_ path: String) -> Double {
  let file = open(path, O_RDONLY)
  defer { close(file) }
  var buffer = [UInt8](repeating: 0, count: size)
  var best = 0.0
  for _ in 0..<3 {
    let start = nanoseconds()
    for index in 0..<count {
      let offset = off_t(position(index) * size)
      keep(buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, size, offset) })
    }
    best = max(best, Double(count) * 1e9 / Double(nanoseconds() - start))
  }
  return best
}

func makeStore(_ path: String, _ runtime: CacheRuntime) async throws -> FileStore {
  let here = SourceLocation(file: "bench", line: 1, column: 1)
  func field(_ key: String, _ value: String) -> ConfigNode.Field {
    let node = ConfigNode(.scalar(value, quoted: false), at: here)
    return ConfigNode.Field(key: key, location: here, value: node)
  }
  let block = ConfigNode(.map([field("path", path), field("capacity", "2GiB")]), at: here)
  let options = StoreOptions(name: "bench", block: OptionBlock(block, path: "stores.bench"))
  let store = try FileStore(options: options, runtime: runtime)
  try await store.open()
  return store
}

func percentile(_ sorted: [UInt64], _ share: Double) -> UInt64 {
  sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}

func run(_ directory: String) async throws {
  let runtime = CacheRuntime.live()
  let raw = directory + "/raw"
  let keys = (0..<count).map { CacheKey(bytes: Array("user:\(1_000_000 + $0)".utf8), seed: 1) }
  let value = [UInt8](repeating: 7, count: size)

  let appendEach = bareAppend(raw, chunk: size)
  let appendBuffered = bareAppend(raw, chunk: 256 << 10)
  let pread = bareRead(raw)
  show("pwrite of 1 KiB", appendEach)
  show("pwrite of 256 KiB, per KiB", appendBuffered)
  show("pread of 1 KiB", pread)

  let store = try await makeStore(directory + "/store", runtime)
  let put = try await best(count) {
    for index in 0..<count {
      let write = StoreWrite(
        key: keys[index], content: .sealed(value), expiresAt: .distantFuture, version: nil,
        lease: nil)
      keep(try await store.set(.one(write)))
    }
  }
  show("file/put", put, against: appendEach)
  show("file/put", put, against: appendBuffered)
  let get = try await best(count) {
    for index in 0..<count { keep(try await store.get(.one(keys[position(index)]))) }
  }
  show("file/get", get, against: pread)
  let many = try await best(count) {
    for index in stride(from: 0, to: count - 64, by: 64) {
      let batch = (index..<index + 64).map { keys[position($0)] }
      keep(try await store.get(.many(batch)))
    }
  }
  show("file/get, 64 at once", many, against: pread)

  var times: [UInt64] = []
  times.reserveCapacity(count * 2)
  for index in 0..<count * 2 {
    if index % 2 == 0 {
      let write = StoreWrite(
        key: keys[position(index)], content: .sealed(value), expiresAt: .distantFuture,
        version: nil, lease: nil)
      keep(try await store.set(.one(write)))
    }
    let start = nanoseconds()
    keep(try await store.get(.one(keys[position(index &* 31)])))
    times.append(nanoseconds() - start)
  }
  times.sort()
  print(
    "get during writing          p50 \(percentile(times, 0.5)) ns, p99 \(percentile(times, 0.99)) ns"
  )
  let statistics = store.statistics
  print(
    "index                       \(statistics.indexBytes / max(1, statistics.keys)) bytes per key")
  await store.close()
  let start = nanoseconds()
  let again = try await makeStore(directory + "/store", runtime)
  print("start after a clean stop    \((nanoseconds() - start) / 1_000) us")
  await again.close()
}

let directory =
  CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "/tmp/strata-bench-\(getpid())"
mkdir(directory, 0o700)
try await run(directory)
