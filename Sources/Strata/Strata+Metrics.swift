// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import CacheMetrics

extension Strata {
  /// What the caches with the stage `metrics` have counted so far.
  public var metrics: [MetricsSnapshot] { stages(CacheMetrics.self).map { $0.stage.snapshot() } }

  /// The same as text for Prometheus: what a scrape of this process answers, as
  /// ``PrometheusText/contentType``.
  public func prometheus() -> String { PrometheusText.text(of: metrics) }
}
