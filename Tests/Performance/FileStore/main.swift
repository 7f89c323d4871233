// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// The file store against the bare system calls; STRATA_BENCH_FOLDER says where.
//
// One run writes and reads the same number of 1 KiB values by `pwrite` and `pread` and through the
// store, one after the other, on the same file system. Everything fits the page cache, and time is
// the process's own, so that what else runs on the machine matters less.

import BenchmarkKit
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
      blackHole(value.withUnsafeBytes { pwrite(file, $0.baseAddress, chunk, off_t(index * chunk)) })
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
      blackHole(buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, size, offset) })
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

/// How long single reads take while every other operation is a write.
func showReadsDuringWriting(
  _ store: FileStore, _ keys: [CacheKey], _ value: [UInt8], _ benchmarks: BenchmarkRun
) async throws {
  var times: [UInt64] = []
  times.reserveCapacity(count * 2)
  for index in 0..<count * 2 {
    if index % 2 == 0 {
      let write = StoreWrite(
        key: keys[position(index)], content: .sealed(value), expiresAt: .distantFuture,
        version: nil, lease: nil)
      blackHole(try await store.set(.one(write)))
    }
    let start = nanoseconds()
    blackHole(try await store.get(.one(keys[position(index &* 31)])))
    times.append(nanoseconds() - start)
  }
  times.sort()
  let half = Double(percentile(times, 0.5))
  benchmarks.record(
    "file/get/p99-while-writing", Double(percentile(times, 0.99)), .nanoseconds,
    peer: ("p50 of the same", half))
}

func run() async throws {
  let benchmarks = BenchmarkRun()
  guard benchmarks.wants("file/") else { return }
  let directory = makeFolder()
  let runtime = CacheRuntime.live()
  let raw = directory + "/raw"
  let keys = (0..<count).map { CacheKey(bytes: Array("user:\(1_000_000 + $0)".utf8), seed: 1) }
  let value = [UInt8](repeating: 7, count: size)

  let appendEach = bareAppend(raw, chunk: size)
  let appendBuffered = bareAppend(raw, chunk: 256 << 10)
  let pread = bareRead(raw)

  let store = try await makeStore(directory + "/store", runtime)
  let put = try await best(count) {
    for index in 0..<count {
      let write = StoreWrite(
        key: keys[index], content: .sealed(value), expiresAt: .distantFuture, version: nil,
        lease: nil)
      blackHole(try await store.set(.one(write)))
    }
  }
  benchmarks.record("file/put", put, .perSecond, peer: ("pwrite of 1 KiB", appendEach))
  benchmarks.record(
    "file/put/buffered", put, .perSecond, peer: ("pwrite of 256 KiB", appendBuffered))
  let get = try await best(count) {
    for index in 0..<count { blackHole(try await store.get(.one(keys[position(index)]))) }
  }
  benchmarks.record("file/get", get, .perSecond, peer: ("pread", pread))
  let many = try await best(count) {
    for index in stride(from: 0, to: count - 64, by: 64) {
      let batch = (index..<index + 64).map { keys[position($0)] }
      blackHole(try await store.get(.many(batch)))
    }
  }
  benchmarks.record("file/get/64-at-once", many, .perSecond, peer: ("pread", pread))

  try await showReadsDuringWriting(store, keys, value, benchmarks)
  let statistics = store.statistics
  benchmarks.record(
    "file/index-per-key", Double(statistics.indexBytes) / Double(max(1, statistics.keys)), .bytes)
  await store.close()
  let start = nanoseconds()
  let again = try await makeStore(directory + "/store", runtime)
  benchmarks.record(
    "file/start-after-clean-stop", Double(nanoseconds() - start) / 1000, .microseconds)
  await again.close()
}

func makeFolder() -> String {
  let given = getenv("STRATA_BENCH_FOLDER").map { String(cString: $0) }
  let directory = given ?? "/tmp/strata-bench-\(getpid())"
  mkdir(directory, 0o700)
  return directory
}

try await run()
