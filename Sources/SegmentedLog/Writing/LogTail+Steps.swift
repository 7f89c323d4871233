// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension LogTail {
  /// The next piece of work; ``finish(_:)`` must follow before another is taken.
  public mutating func next() -> LogStep? {
    guard running == nil, !queue.isEmpty else { return nil }
    running = queue.removeFirst()
    return running
  }

  /// Takes note of how the step went; returns what was lost by it.
  public mutating func finish(_ outcome: Result<Void, DiskError>) -> LogLoss? {
    guard let step = running.take() else { return nil }
    switch outcome {
    case .success:
      succeed(step)
      return nil
    case .failure(let error): return fail(step, error)
    }
  }

  private mutating func succeed(_ step: consuming LogStep) {
    switch consume step {
    case .create, .remove: break
    case .write(let chunk):
      written = max(written, chunk.lastMark)
      waiting -= chunk.count
      recycle(chunk)
    case .sync(let segment, let mark, let end):
      synced = max(synced, mark)
      guard let index = index(segment) else { return }
      runs[index].syncedMark = mark
      runs[index].syncedEnd = end
      runs[index].markDue = end
    case .seal(let run):
      if shape.syncs { synced = max(synced, run.lastMark) }
      if let index = index(run.header.number) { runs.remove(at: index) }
    }
  }

  /// A chunk that could not be written leaves what stands before it good. A sync or a seal that
  /// failed leaves only what an earlier sync covered.
  private mutating func fail(_ step: LogStep, _ error: DiskError) -> LogLoss? {
    guard let index = index(step.segment) else { return nil }
    let run = runs[index]
    switch step {
    case .remove: return nil
    case .write(let chunk):
      waiting -= chunk.count
      return abandon(index, after: chunk.markBefore, end: chunk.offset, reseal: true, error)
    case .create:
      return abandon(index, after: run.markBefore, end: 0, reseal: false, error)
    case .sync, .seal:
      return abandon(index, after: run.syncedMark, end: run.syncedEnd, reseal: false, error)
    }
  }

  /// Gives up the segment at `index` from `end` on.
  private mutating func abandon(
    _ index: Int, after mark: UInt64, end: Int64, reseal: Bool, _ error: DiskError
  ) -> LogLoss {
    var run = runs.remove(at: index)
    let segment = run.header.number
    if index == runs.count { isOpen = false }
    dropSteps(of: segment)
    let lastMark = run.lastMark
    let kept = (run.entriesBefore + Int(mark - run.markBefore)) * shape.entrySize
    let lost = Array(run.footer.entries[min(kept, run.footer.entries.count)...])
    written = max(written, lastMark)
    if reseal, end > SegmentHeader.span {
      run.footer.entries.removeLast(lost.count)
      run.lastMark = mark
      run.end = end
      runs.insert(run, at: index)
      queue.insert(.seal(run), at: 0)
    } else {
      synced = max(synced, lastMark)
    }
    return LogLoss(
      segment: segment, offset: end, entries: lost,
      marks: mark < lastMark ? mark + 1...lastMark : nil, error: error)
  }

  private mutating func dropSteps(of segment: UInt32) {
    if let gathered = chunk, gathered.segment == segment {
      chunk = nil
      // Counted down below together with what was queued.
      queue.append(.write(gathered))
    }
    queue.removeAll { step in
      guard step.segment == segment else { return false }
      switch step {
      case .remove: return false
      case .write(let chunk):
        waiting -= chunk.count
        return true
      case .create, .sync, .seal: return true
      }
    }
  }

  private func index(_ segment: UInt32) -> Int? {
    runs.firstIndex { $0.header.number == segment }
  }

  /// Keeps the storage of a written chunk for the next one, unless a reader still holds it.
  private mutating func recycle(_ chunk: consuming LogChunk) {
    var chunk = chunk
    guard chunk.capacity == shape.chunkSize, isKnownUniquelyReferenced(&chunk) else { return }
    spare = chunk
  }
}
