// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension Strata {
  /// The stages of one type that run now, with the caches they belong to, in the order of the plan.
  ///
  /// How code speaks to a stage, its own or a built-in one. A reload of the plan builds new stages:
  /// ask again rather than keep them.
  public func stages<Stage: CacheStage>(
    _ type: Stage.Type = Stage.self
  ) -> [(cache: String, stage: Stage)] {
    pipelines.flatMap { pipeline in
      pipeline.stages.compactMap { $0 as? Stage }.map { (pipeline.context.policy.name, $0) }
    }
  }

  /// The outermost stage of this type in the cache called `name`, where it has one.
  public func stage<Stage: CacheStage>(_ type: Stage.Type, in name: String) -> Stage? {
    stages(type).first { $0.cache == name }?.stage
  }
}
