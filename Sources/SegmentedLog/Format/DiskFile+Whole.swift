// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// How often one call may be interrupted before that counts as a failure.
private let patience = 1_000

extension DiskFile {
  /// Writes all of `bytes` at `offset`, going on after short writes and interruptions.
  public func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(DiskError) {
    var done = 0
    var interruptions = 0
    while done < bytes.count {
      do throws(DiskError) {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
        let count = try write(rest, at: offset + Int64(done))
        guard count > 0, count <= rest.count else { throw DiskError(.failed, operation: "write") }
        done += count
      } catch {
        interruptions += 1
        guard error.code == .interrupted, interruptions < patience else { throw error }
      }
    }
  }

  /// Writes all of `bytes` at `offset`.
  public func writeAll(_ bytes: [UInt8], at offset: Int64) throws(DiskError) {
    try bytes.span.withUnsafeBytes { bytes throws(DiskError) in try writeAll(bytes, at: offset) }
  }

  /// Fills `buffer` from `offset` on; returns how many bytes there were before the end of the file.
  public func readAll(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) throws(DiskError) -> Int {
    var done = 0
    var interruptions = 0
    while done < buffer.count {
      do throws(DiskError) {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
        let count = try read(into: rest, at: offset + Int64(done))
        guard count > 0 else { break }
        done += min(count, rest.count)
      } catch {
        interruptions += 1
        guard error.code == .interrupted, interruptions < patience else { throw error }
      }
    }
    return done
  }

  /// The bytes of `range`, fewer where the file ends before.
  public func bytes(_ range: Range<Int64>) throws(DiskError) -> [UInt8] {
    var failure: DiskError?
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
      do throws(DiskError) {
        filled = try readAll(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

/// Repeats `operation` as long as it is interrupted.
func persist<Value>(
  _ operation: () throws(DiskError) -> Value
) throws(DiskError) -> Value {
  for _ in 0..<patience {
    do throws(DiskError) {
      return try operation()
    } catch {
      guard error.code == .interrupted else { throw error }
    }
  }
  throw DiskError(.interrupted, operation: "retry")
}
