// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Foundation
import StrataCore
import Testing

@Suite("Payload schema")
struct PayloadSchemaTests {
  @Test func `types of one name and shape have one fingerprint`() {
    #expect(SchemaFingerprint.of(Old.Plain.self) == SchemaFingerprint.of(New.Plain.self))
    #expect(
      SchemaFingerprint.of(Old.Generic<Int>.self) == SchemaFingerprint.of(New.Generic<Int>.self))
  }

  @Test func `a changed property changes the fingerprint`() {
    expectChange(Old.Added.self, New.Added.self)
    expectChange(Old.Renamed.self, New.Renamed.self)
    expectChange(Old.Reordered.self, New.Reordered.self)
    expectChange(Old.Retyped.self, New.Retyped.self)
    expectChange(Old.MadeOptional.self, New.MadeOptional.self)
    expectChange(Old.DateOrDouble.self, New.DateOrDouble.self)
    expectChange(Old.KeyName.self, New.KeyName.self)
    expectChange(Old.Generic<Int>.self, Old.Generic<Int32>.self)
  }

  @Test func `a change inside another type changes the fingerprint`() {
    expectChange(Old.Nested.self, New.Nested.self)
    expectChange(Old.InArray.self, New.InArray.self)
    expectChange(Old.InSet.self, New.InSet.self)
    expectChange(Old.InOptional.self, New.InOptional.self)
    expectChange(Old.InDictionary.self, New.InDictionary.self)
    expectChange(Old.InOddDictionary.self, New.InOddDictionary.self)
    expectChange(Old.Deep.self, New.Deep.self)
    expectChange([Old.Leaf].self, [New.Leaf].self)
  }

  @Test func `a changed enumeration changes the fingerprint`() {
    expectChange(Old.Payload.self, New.Payload.self)
    expectChange(Old.CaseRenamed.self, New.CaseRenamed.self)
    expectChange(Old.CaseAdded.self, New.CaseAdded.self)
    expectChange(Old.Tree.self, New.Tree.self)
  }

  @Test func `a change after a recursion or a picky type is seen`() {
    expectChange(Old.List.self, New.List.self)
    expectChange(Old.AfterEnum.self, New.AfterEnum.self)
    expectChange(Old.AfterURL.self, New.AfterURL.self)
  }

  private func expectChange<Before, After>(
    _ old: Before.Type, _ new: After.Type, location: Testing.SourceLocation = #_sourceLocation
  ) {
    let (before, after) = (PayloadSchema.of(old), PayloadSchema.of(new))
    #expect(before.fingerprint != after.fingerprint, "\(before.text)", sourceLocation: location)
    #expect(before.isComplete && after.isComplete, "\(before.text)", sourceLocation: location)
  }

  @Test(arguments: [
    (PayloadSchema.of(Old.Plain.self), "Plain(id:Int name:String)"),
    (PayloadSchema.of(Old.InOptional.self), "InOptional(leaf?:Leaf(value:Int))"),
    (PayloadSchema.of(Old.AfterEnum.self), "AfterEnum(status:Status(String) last:Int)"),
    (PayloadSchema.of(Old.List.self), "List(next?:^0 tail:Int)"),
    (PayloadSchema.of([Date].self), "Array<Date>(Date(Double))"),
    (PayloadSchema.of(Data.self), "Data([].:UInt8)"),
    (
      PayloadSchema.of(Old.Payload.self),
      "Payload(created: created.id:Int|removed: removed._0:Leaf(value:Int)|nothing:)"
    ),
    (
      PayloadSchema.of(Old.Tree.self),
      "Tree(node: node._0:^0 node._1:^0|leaf: leaf._0:Int)"
    ),
    (
      PayloadSchema.of([Int: [Bool?]].self),
      "Dictionary<Int, Array<Optional<Bool>>>(Int:Array<Optional<Bool>>(Optional<Bool>(Bool)))"
    ),
  ])
  func `the shape reads like the type`(schema: PayloadSchema, text: String) {
    #expect(schema.text == text)
    #expect(schema.isComplete)
  }

  @Test func `names come in the order of first sight`() {
    #expect(PayloadSchema.of([New.Leaf].self).fieldNames == ["value", "more"])
    #expect(
      PayloadSchema.of(Old.Payload.self).fieldNames
        == ["created", "id", "removed", "_0", "value", "nothing"])
  }

  @Test func `a type that rejects every sample falls back to its name`() {
    let schema = PayloadSchema.of(Stubborn.self)
    #expect(schema.text == "Stubborn(id:Int?)")
    #expect(!schema.isComplete)
  }

  @Test func `an initializer that never ends is given up`() {
    #expect(!PayloadSchema.of(Endless.self).isComplete)
  }

  @Test func `a type that is only encodable is known by its name`() {
    struct OneWay: Encodable { let id = 1 }
    #expect(PayloadSchema.of(OneWay.self).text == "OneWay?")
  }

  @Test func `a version of its own replaces the shape`() {
    struct Holder<Content: Codable>: Codable { let content: Content }
    #expect(PayloadSchema.of(Holder<First.Numbered>.self).text.contains("Numbered@7)"))
    expectChange(First.Numbered.self, Second.Numbered.self)
    #expect(SchemaFingerprint.of(First.Numbered.self) == SchemaFingerprint.of(Third.Numbered.self))
  }

  private enum First {
    struct Numbered: Codable, SchemaVersioned {
      static let schemaVersion: UInt64 = 7
      let id: Int
    }
  }
  private enum Second {
    struct Numbered: Codable, SchemaVersioned {
      static let schemaVersion: UInt64 = 8
      let id: Int
    }
  }
  private enum Third {
    struct Numbered: Codable, SchemaVersioned {
      static let schemaVersion: UInt64 = 7
      let id: String
    }
  }

  @Test func `fingerprints are fixed numbers`() {
    // Stored with every entry: a change here turns every deployed cache into misses.
    #expect(SchemaFingerprint.of(Old.Plain.self) == 13_449_884_935_604_342_681)
    #expect(SchemaFingerprint.of(Int.self) == 8_985_332_321_899_432_069)
  }

  @Test func `a hand-written union is described by what it asks`() {
    #expect(PayloadSchema.of(Tagged.self).text == "Tagged(number?:Int)")
  }
}
