// Prints start and end of each instance between two times, as ical.js finds them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const MOST = 10000; // of a series
const [library, folder, from, until] = process.argv.slice(2);
const { default: ICAL } = await import(library);
const iso = (time) => new Date(time.toUnixTime() * 1000).toISOString();

function* instances(calendar) {
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  const all = calendar.getAllSubcomponents("vevent");
  const masters = all.filter((each) => !each.hasProperty("recurrence-id"));
  const known = new Set(masters.map((each) => each.getFirstPropertyValue("uid")));
  const alone = all.filter((each) => !known.has(each.getFirstPropertyValue("uid")));
  for (const component of [...masters, ...alone]) {
    const event = new ICAL.Event(component);
    if (!event.isRecurring()) {
      yield [component, event.startDate, event.endDate];
      continue;
    }
    const dates = event.iterator();
    for (let date, number = 0; number < MOST && (date = dates.next()); number += 1) {
      const { item, startDate, endDate } = event.getOccurrenceDetails(date);
      yield [item.component, startDate, endDate];
    }
  }
}

const found = [];
for (const name of readdirSync(folder).filter((each) => each.endsWith(".ics"))) {
  const text = readFileSync(join(folder, name), "utf8");
  for (const [component, start, end] of instances(new ICAL.Component(ICAL.parse(text)))) {
    const isOff = component.getFirstPropertyValue("status") === "CANCELLED";
    const isWithin = new Date(iso(end)) > new Date(from) && new Date(iso(start)) < new Date(until);
    if (!isOff && isWithin) found.push([iso(start), iso(end)]);
  }
}
console.log(JSON.stringify(found));
