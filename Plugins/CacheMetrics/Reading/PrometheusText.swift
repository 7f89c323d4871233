// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// The text format in which Prometheus reads metrics, version 0.0.4.
///
/// ```
/// # HELP strata_requests_total Keys of requests, by operation and outcome.
/// # TYPE strata_requests_total counter
/// strata_requests_total{cache="users",operation="read",outcome="fast"} 1027
/// ```
public struct PrometheusText: Sendable {
  /// What an HTTP answer with this text says it is.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private var lines: [String] = []

  /// The text of some caches' counters, every family once.
  public static func text(of caches: [MetricsSnapshot]) -> String {
    var text = PrometheusText()
    text.requests(caches)
    text.reasons(caches)
    text.tiers(caches)
    text.loads(caches)
    text.latencies(caches)
    text.gauges(caches)
    return text.lines.isEmpty ? "" : text.lines.joined(separator: "\n") + "\n"
  }

  // MARK: Families

  private mutating func requests(_ caches: [MetricsSnapshot]) {
    family("requests_total", .counter, "Keys of requests, by operation and outcome.")
    for cache in caches {
      for series in cache.series {
        for request in series.requests {
          var labels = [
            ("cache", cache.cache), ("operation", request.operation), ("outcome", request.outcome),
          ]
          if let label = series.label { labels.append(("label", label)) }
          sample("requests_total", labels, "\(request.count)")
        }
      }
    }
  }

  private mutating func reasons(_ caches: [MetricsSnapshot]) {
    family("misses_total", .counter, "Reads that no tier had a fresh entry for, by reason.")
    for cache in caches { reasoned("misses_total", cache.cache, cache.misses) }
    family("stale_total", .counter, "Stale entries that were served, by reason.")
    for cache in caches { reasoned("stale_total", cache.cache, cache.stale) }
    family("refusals_total", .counter, "Changes that were declined, by reason.")
    for cache in caches { reasoned("refusals_total", cache.cache, cache.refusals) }
  }

  private mutating func tiers(_ caches: [MetricsSnapshot]) {
    family("tier_hits_total", .counter, "Entries that a tier answered with.")
    for (cache, tier) in Self.pairs(caches) {
      let labels = [("cache", cache), ("tier", tier.name)]
      sample("tier_hits_total", labels + [("kind", "fast")], "\(tier.fastHits)")
      sample("tier_hits_total", labels + [("kind", "fresh")], "\(tier.hits)")
      sample("tier_hits_total", labels + [("kind", "stale")], "\(tier.stale)")
    }
    family("tier_misses_total", .counter, "Keys that a tier had no fresh entry for, by reason.")
    for (cache, tier) in Self.pairs(caches) {
      reasoned("tier_misses_total", cache, tier.misses, [("tier", tier.name)])
    }
    family("tier_failures_total", .counter, "Store operations that failed or took too long.")
    for (cache, tier) in Self.pairs(caches) {
      sample("tier_failures_total", [("cache", cache), ("tier", tier.name)], "\(tier.failures)")
    }
  }

  private mutating func loads(_ caches: [MetricsSnapshot]) {
    family("loads_total", .counter, "Calls of the loader, by how they ended.")
    for cache in caches {
      let lost = cache.failedLoads + cache.cancelledLoads
      let ends = [
        ("loaded", cache.loads.count - min(lost, cache.loads.count)),
        ("failed", cache.failedLoads), ("cancelled", cache.cancelledLoads),
      ]
      for (end, count) in ends {
        sample("loads_total", [("cache", cache.cache), ("end", end)], "\(count)")
      }
    }
    family("background_work", .gauge, "Pieces of work that run behind the callers' backs.")
    for cache in caches {
      sample("background_work", [("cache", cache.cache)], "\(cache.background)")
    }
  }

  private mutating func latencies(_ caches: [MetricsSnapshot]) {
    family("load_seconds", .summary, "How long the loader took.")
    for cache in caches { summary("load_seconds", cache.loads, [("cache", cache.cache)]) }
    family("request_seconds", .summary, "How long requests took on the full road.")
    for cache in caches {
      summary("request_seconds", cache.reads, [("cache", cache.cache), ("kind", "read")])
      summary("request_seconds", cache.changes, [("cache", cache.cache), ("kind", "change")])
    }
  }

  /// What stages show of themselves: one family for each name, however many caches have it.
  private mutating func gauges(_ caches: [MetricsSnapshot]) {
    var seen: Set<String> = []
    for gauge in caches.flatMap(\.gauges) where seen.insert(gauge.name).inserted {
      family(gauge.name, .gauge, gauge.help)
      for cache in caches {
        for own in cache.gauges where own.name == gauge.name {
          sample(gauge.name, [("cache", cache.cache)], "\(own.value)")
        }
      }
    }
  }

  // MARK: Lines

  private enum Kind: String { case counter, gauge, summary }

  private mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    lines.append("# HELP strata_\(name) \(help)")
    lines.append("# TYPE strata_\(name) \(kind.rawValue)")
  }

  private mutating func sample(
    _ name: String, _ labels: [(name: String, value: String)], _ value: String
  ) {
    let pairs = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
    lines.append("strata_\(name){\(pairs.joined(separator: ","))} \(value)")
  }

  private mutating func reasoned<Reason: RawRepresentable<String>>(
    _ name: String, _ cache: String, _ counts: [Reason: UInt64],
    _ more: [(name: String, value: String)] = []
  ) {
    for (reason, count) in counts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      sample(name, [("cache", cache)] + more + [("reason", reason.rawValue)], "\(count)")
    }
  }

  private mutating func summary(
    _ name: String, _ latency: LatencySummary, _ labels: [(name: String, value: String)]
  ) {
    for part in [0.5, 0.95, 0.99, 0.999] {
      let value = latency.quantile(part).map(Self.seconds) ?? "NaN"
      sample(name, labels + [("quantile", "\(part)")], value)
    }
    sample("\(name)_sum", labels, Self.seconds(latency.sum))
    sample("\(name)_count", labels, "\(latency.count)")
  }

  private static func seconds(_ duration: Duration) -> String {
    "\(Double(duration.saturatingNanoseconds) / 1e9)"
  }

  /// A label's value as the format wants it.
  static func escaped(_ value: String) -> String {
    var text = ""
    for character in value.unicodeScalars {
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }

  private static func pairs(
    _ caches: [MetricsSnapshot]
  ) -> [(cache: String, tier: MetricsSnapshot.Tier)] {
    caches.flatMap { cache in cache.tiers.map { (cache.cache, $0) } }
  }
}
