// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore
internal import Synchronization

/// The series of one cache by label: bounded, and found without a lock.
///
/// A label is looked up in a dictionary that never changes; a new label replaces the dictionary.
/// There are at most `capacity` labels, so at most as many dictionaries, which are kept: a reader
/// may be in any of them. Labels beyond share the series `other`.
final class SeriesTable: Sendable {
  private final class Page: Sendable {
    let series: [String: MetricSeries]
    init(_ series: [String: MetricSeries]) { self.series = series }
  }

  /// What labels beyond the capacity are counted under.
  static let overflow = "other"

  /// The series of calls without a label.
  let unlabelled = MetricSeries()
  private let other = MetricSeries()
  private let capacity: Int
  private let pages: Lock<[Page]>
  private let current: Atomic<UInt>

  init(capacity: Int) {
    self.capacity = capacity
    let first = Page([:])
    pages = Lock([first])
    current = Atomic(UInt(bitPattern: Unmanaged.passUnretained(first).toOpaque()))
  }

  /// The series for a label.
  func series(_ label: String?) -> MetricSeries {
    guard let label else { return unlabelled }
    return known(label) ?? admit(label)
  }

  private func known(_ label: String) -> MetricSeries? {
    let word = current.load(ordering: .acquiring)
    guard let pointer = UnsafeRawPointer(bitPattern: word) else { return nil }
    return Unmanaged<Page>.fromOpaque(pointer)._withUnsafeGuaranteedRef { $0.series[label] }
  }

  private func admit(_ label: String) -> MetricSeries {
    let (capacity, other) = (capacity, other)
    let (series, page) = pages.withLock { pages -> (MetricSeries, Page?) in
      let known = pages[pages.count - 1].series
      if let series = known[label] { return (series, nil) }
      guard known.count < capacity, label != Self.overflow else { return (other, nil) }
      let series = MetricSeries()
      let page = Page(known.merging([label: series]) { old, _ in old })
      pages.append(page)
      publish(page)
      return (series, page)
    }
    withExtendedLifetime(page) {}
    return series
  }

  private func publish(_ page: Page) {
    let word = UInt(bitPattern: Unmanaged.passUnretained(page).toOpaque())
    current.store(word, ordering: .releasing)
  }

  /// Every series with its label, in order; the unlabelled one first.
  var all: [(label: String?, series: MetricSeries)] {
    let labelled = pages.withLock { $0[$0.count - 1].series }.sorted { $0.key < $1.key }
    return [(nil, unlabelled)] + labelled.map { ($0.key, $0.value) }
      + [(Self.overflow, other)]
  }
}
