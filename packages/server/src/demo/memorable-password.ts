import { randomInt } from 'node:crypto'

// Plain, short, hard to mistake for one another when read aloud.
const words =
  'acorn amber anchor apple apron arrow atlas autumn badge bamboo banjo barrel basket beacon beaver berry birch bison ' +
  'bottle bramble branch breeze bridge bronze bubble bucket butter button cabin cactus camel candle canoe canyon carbon ' +
  'carpet castle cedar chalk cherry chimney cinder circle clover cobalt comet copper coral cotton cradle crane crater ' +
  'cricket crystal curtain cypress daisy dancer desert diamond dolphin donkey dragon drum eagle echo elbow elder ember ' +
  'engine falcon feather fennel ferry fiddle finch flame flannel flute forest fossil fountain galaxy garden garlic ' +
  'garnet ginger glacier goblet granite gravel guitar hammer harbor harvest hazel hedge helmet heron hickory hollow ' +
  'honey horizon indigo island ivory jacket jasmine jasper jigsaw juniper kernel kettle kitten ladder lagoon lantern ' +
  'laurel lemon lentil lily linen lizard llama lobster locket lotus lumber magnet mango maple marble meadow melon ' +
  'meteor mimosa mirror mitten morning mosaic mountain mustard nectar needle nickel nutmeg oasis ocean olive onyx ' +
  'orchid otter paddle panda paper parrot pebble pepper pigeon pillow planet plaster plum pocket pollen poplar prairie ' +
  'pumpkin puzzle quarry quartz rabbit radish rainbow raven ribbon river rocket rosemary saddle saffron salmon sandal ' +
  'sapphire scarlet season shadow shelter silver skipper sparrow spider spruce squirrel stable summer sunset swallow ' +
  'tablet teapot temple thicket thistle thunder timber tomato topaz trumpet tulip tunnel turtle valley vanilla velvet ' +
  'violet violin walnut water whistle willow window winter wizard wonder yellow zebra zephyr zipper'
const list = words.split(' ')

/** A password that can be read once and typed: three words and four digits, about 36 bits; fit for a laptop, not for more. */
export function memorablePassword(): string {
  const word = () => list[randomInt(list.length)] ?? ''
  return `${word()}-${word()}-${word()}-${String(randomInt(10_000)).padStart(4, '0')}`
}
