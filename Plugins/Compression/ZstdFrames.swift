// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if Zstd
  import CZstd
  import StrataCore

  /// zstd frames that state their size.
  ///
  /// The library's working memory is used again: making it costs more than compressing a small
  /// value. A few are kept; one that was used at a high level on large values holds up to 100 MB.
  enum ZstdFrames {
    private static let idle = Lock<[ZstdMemory]>([])
    private static let mostIdle = 4

    static func compress(_ bytes: [UInt8], level: Int, room: Int) -> [UInt8]? {
      withMemory { memory in
        filled(room) { target in
          bytes.withUnsafeBytes { source in
            ZSTD_compressCCtx(
              memory.compressor, target.baseAddress, target.count, source.baseAddress,
              source.count, Int32(level))
          }
        }
      }
    }

    static func unfold(_ bytes: ArraySlice<UInt8>, to size: Int) -> [UInt8]? {
      guard isOneFrame(bytes, of: size) else { return nil }
      let plain = withMemory { memory in
        filled(size) { target in
          bytes.withUnsafeBytes { source in
            ZSTD_decompressDCtx(
              memory.decompressor, target.baseAddress, target.count, source.baseAddress,
              source.count)
          }
        }
      }
      return plain?.count == size ? plain : nil
    }

    /// Whether the frame itself states this size, and nothing stands behind it.
    private static func isOneFrame(_ bytes: ArraySlice<UInt8>, of size: Int) -> Bool {
      bytes.withUnsafeBytes { source in
        ZSTD_getFrameContentSize(source.baseAddress, source.count) == UInt64(size)
          && ZSTD_findFrameCompressedSize(source.baseAddress, source.count) == source.count
      }
    }

    /// At most `room` bytes, as many as `fill` says it wrote; nothing where it failed.
    private static func filled(
      _ room: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int
    ) -> [UInt8]? {
      let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        let written = fill(UnsafeMutableRawBufferPointer(buffer))
        count = ZSTD_isError(written) == 0 ? min(room, written) : 0
      }
      return bytes.isEmpty ? nil : bytes
    }

    private static func withMemory(_ body: (ZstdMemory) -> [UInt8]?) -> [UInt8]? {
      guard let memory = idle.withLock({ $0.popLast() }) ?? ZstdMemory() else { return nil }
      defer {
        idle.withLock { idle in
          if idle.count < mostIdle { idle.append(memory) }
        }
      }
      return body(memory)
    }
  }

  /// What the library works in.
  private final class ZstdMemory: @unchecked Sendable {
    // Sendable: whoever uses one has taken it out of the list of idle ones, so nobody else does.
    let compressor: OpaquePointer
    let decompressor: OpaquePointer

    init?() {
      guard let compressor = ZSTD_createCCtx() else { return nil }
      guard let decompressor = ZSTD_createDCtx() else {
        ZSTD_freeCCtx(compressor)
        return nil
      }
      self.compressor = compressor
      self.decompressor = decompressor
    }

    deinit {
      ZSTD_freeCCtx(compressor)
      ZSTD_freeDCtx(decompressor)
    }
  }
#endif
