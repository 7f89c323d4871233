// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A container of the standard library that is described by its parts.
///
/// Their own `init(from:)` would do for most, but not where the parts are recursive or where a
/// dictionary's keys reject every sample.
protocol ShapedContainer {
  /// Describes the parts and returns a value of this type with one of each, or with none of a part
  /// that is being described further out.
  static func shapedValue(by probe: ShapeProbe) -> Any?
}

extension ShapeProbe {
  /// Describes a part of a container; `nil` where no value of it is to be had.
  fileprivate func part<Value>(_ type: Value.Type) -> Value? {
    guard let decodable = type as? any Decodable.Type else {
      describe(undecodable: type)
      return nil
    }
    let isRecursive = isUnderway(type)
    do {
      let value = try value(of: decodable)
      return isRecursive ? nil : value as? Value
    } catch {
      record.isComplete = false
      return nil
    }
  }
}

extension Optional: ShapedContainer {
  static func shapedValue(by probe: ShapeProbe) -> Any? {
    // Wrapped once more, so that `nil` is a value of this type and not the lack of one.
    .some(probe.part(Wrapped.self) as Wrapped? as Any)
  }
}

extension Array: ShapedContainer {
  static func shapedValue(by probe: ShapeProbe) -> Any? {
    probe.part(Element.self).map { [$0] } ?? []
  }
}

extension ContiguousArray: ShapedContainer {
  static func shapedValue(by probe: ShapeProbe) -> Any? {
    probe.part(Element.self).map { [$0] as ContiguousArray } ?? ContiguousArray()
  }
}

extension Set: ShapedContainer {
  static func shapedValue(by probe: ShapeProbe) -> Any? {
    probe.part(Element.self).map { [$0] as Set } ?? Set()
  }
}

extension Dictionary: ShapedContainer {
  static func shapedValue(by probe: ShapeProbe) -> Any? {
    let key = probe.part(Key.self)
    probe.write(":")
    let value = probe.part(Value.self)
    guard let key, let value else { return [:] as Dictionary }
    return [key: value]
  }
}
