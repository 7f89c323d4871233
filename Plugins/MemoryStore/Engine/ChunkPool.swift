// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import CEpoch
internal import StrataCore

/// Chunks of zeroed memory of one size for all shards of an engine, cut from ever larger pieces.
///
/// The first chunks come one by one, so that small stores stay small. From one megabyte on a piece
/// holds as many as fit into a huge page: the nodes of a large store then lie on few pages,
/// whichever shard they belong to. Nothing is given back before the engine goes.
final class ChunkPool: Sendable {
  private struct Piece: @unchecked Sendable {
    // Sendable: the memory is handed out once and freed at the end.
    let start: UnsafeMutableRawPointer
    let size: Int
  }

  private struct State: Sendable {
    var pieces: [Piece] = []
    /// How much of the last piece is given out.
    var taken = 0
  }

  private static let largePiece = 2 << 20
  private static let smallPieces = 1 << 20

  private let chunk: Int
  private let state = Lock(State())

  /// Creates a pool of chunks of `chunk` bytes.
  init(chunk: Int) { self.chunk = chunk }

  deinit {
    for piece in state.withLock({ $0.pieces }) {
      strata_table_free(piece.start, UInt64(piece.size))
    }
  }

  /// A chunk that nobody has had before.
  func take() -> UnsafeMutableRawPointer {
    let address = state.withLock { state in
      if state.pieces.last.map({ $0.size - state.taken < chunk }) ?? true {
        let isSmall = state.pieces.count < Self.smallPieces / chunk
        let size = isSmall ? chunk : max(chunk, Self.largePiece)
        state.pieces.append(Piece(start: strata_table_allocate(UInt64(size)), size: size))
        state.taken = 0
      }
      defer { state.taken += chunk }
      return UInt(bitPattern: state.pieces[state.pieces.count - 1].start + state.taken)
    }
    return UnsafeMutableRawPointer(bitPattern: address).unsafelyUnwrapped
  }
}
