-- A link proves the address it was sent to, and signs in only the browser that asked for it.
ALTER TABLE "account_link" ADD COLUMN "email" TEXT;
UPDATE "account_link" SET "email" = "account"."email" FROM "account" WHERE "account"."id" = "account_link"."account_id";
ALTER TABLE "account_link" ALTER COLUMN "email" SET NOT NULL;
ALTER TABLE "account_link" ADD COLUMN "browser" TEXT;
ALTER TABLE "account_link" ADD CONSTRAINT "account_link_email_is_lower" CHECK ("email" = lower("email"));
