// Parses every Apex class without an org: what does not parse does not deploy.
import { check } from "@apexdevtools/apex-parser";

const { errors } = await check(process.cwd(), ".cls");
for (const error of errors) {
  console.error(`apps/salesforce/access: ${error.path}: ${JSON.stringify(error.error ?? error)}`);
}
process.exit(errors.length ? 1 : 0);
